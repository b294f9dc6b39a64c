// SPDX-License-Identifier: Apache-2.0
// Where connection tracking is active each proxied connection takes two entries; a full table drops packets of
// everything ("nf_conntrack: table full, dropping packet").
#include "policies/check.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kMax = "net.netfilter.nf_conntrack_max";
constexpr std::string_view kCount = "net.netfilter.nf_conntrack_count";
constexpr std::string_view kSysctls[] = {kMax, kCount};
constexpr Need kNeeds[] = {Need::conntrack};
constexpr std::string_view kReferences[] = {"Linux Documentation/networking/nf_conntrack-sysctl.rst",
                                            "HAProxy management guide, section 7"};
constexpr Parameter kWarningPercent{"warning_percent", 80, 1, 100, "entries in use, percent of nf_conntrack_max"};
constexpr Parameter kParameters[] = {kWarningPercent};

bool absent(const Error& error) { return error.code == std::errc::no_such_file_or_directory; }

/// Drops between the two samples; nothing where only one was taken.
std::int64_t new_drops(const NetworkFacts& network) {
  if (!network.conntrack || !network.sample.conntrack) return 0;
  return network.sample.conntrack->get("drop").value_or(0) - network.conntrack->get("drop").value_or(0);
}

Outcome judge(const NetworkFacts& network, const Settings& settings) {
  const auto max = network.sysctls.integer(kMax);
  if (!max && absent(max.error())) return NotApplicable{"connection tracking is not loaded"};
  if (!max) return Unknown{max.error()};
  const auto count = network.sysctls.integer(kCount);
  if (!count) return Unknown{count.error()};
  if (*count == 0) return NotApplicable{"connection tracking is idle"};
  if (*max <= 0) return NotApplicable{"the connection tracking table has no limit"};
  Detail detail;
  const auto most = percent_of(*max, settings.get(kWarningPercent));
  detail.observed = Measure(*count, "entries");
  detail.expected = Expectation{Relation::at_most, Measure(most, "entries")};
  detail.where.object = "/proc/sys/net/netfilter/nf_conntrack_max";
  if (const auto drops = new_drops(network); drops > 0) {
    detail.why = "the connection tracking table is full: packets are dropped";
    detail.evidence.push_back(grouped(drops) + " drops in " + std::to_string(network.sample.apart.count()) + " ms");
    return Fail{Severity::error, std::move(detail)};
  }
  detail.why = "the connection tracking table is nearly full";
  return pass_or_fail(*count <= most, Severity::warning, std::move(detail));
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes;
  for (const auto& network : c.facts.networks) outcomes.push_back({subject::sysctl(kMax), judge(network, c.settings)});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check conntrack_covers_maxconn{
    .id = "conntrack_covers_maxconn",
    .title = "The connection tracking table is not nearly full",
    .rationale =
        "A full table drops packets of every connection of the host, new ones first; the default timeout of "
        "five days for established connections fills it.",
    .advice =
        "Do not track the load balancer's own ports (NOTRACK), or raise nf_conntrack_max together with "
        "nf_conntrack_buckets.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .evaluate = evaluate,
    .remedy = "raise_conntrack",
};

}  // namespace preflight::checks
