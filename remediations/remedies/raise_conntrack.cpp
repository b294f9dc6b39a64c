// SPDX-License-Identifier: Apache-2.0
// A larger table of connections, its buckets first; and the module loaded before boot sets it, because a setting of a
// module that is not there yet is passed over without a word that anybody reads.
#include "remediations/remedy.h"
#include "remediations/reserved_ports.h"

namespace preflight::remedies {
namespace {

constexpr std::string_view kMax = "net.netfilter.nf_conntrack_max";
constexpr std::string_view kBuckets = "net.netfilter.nf_conntrack_buckets";
/// The kernel rounds buckets up to whole pages of 8-byte heads.
constexpr std::int64_t kPageOfBuckets = 512;
constexpr std::int64_t kEntriesOfBucket = 4;
constexpr std::int64_t kMost = std::int64_t{1} << 26;  // 20 GB of entries

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto network = our_network(scene.facts, finding.subject.text);
  if (!network) return tl::make_unexpected(network.error());
  const auto max = (*network)->sysctls.integer(kMax);
  if (!max) return tl::make_unexpected(max.error());
  const auto wanted = *max * 2;
  if (wanted > kMost)
    return for_a_person(finding.subject.text, "the table is large already: do not track the balanced ports (NOTRACK)");
  const auto buckets = (wanted / kEntriesOfBucket + kPageOfBuckets - 1) / kPageOfBuckets * kPageOfBuckets;
  return Aims{ModuleAim{"nf_conntrack"}, SettingAim{std::string(kBuckets), std::to_string(buckets)},
              SettingAim{std::string(kMax), std::to_string(wanted)}};
}

}  // namespace

extern constinit const Remedy raise_conntrack{
    .id = "raise_conntrack",
    .title = "Double the connection tracking table, with its buckets",
    .rationale =
        "A table of twice the entries takes twice the connections before packets are dropped; about 320 bytes each are "
        "taken as they are used.",
    .propose = propose,
};

}  // namespace preflight::remedies
