// SPDX-License-Identifier: Apache-2.0
// Ports that haproxy binds inside the local port range are kept from outgoing connections.
#include "remediations/remedy.h"
#include "remediations/reserved_ports.h"

namespace preflight::remedies {
namespace {

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto network = our_network(scene.facts, finding.subject.text);
  if (!network) return tl::make_unexpected(network.error());
  const auto range = (*network)->sysctls.range(kLocalPortRange);
  if (!range) return tl::make_unexpected(range.error());
  auto aim = reservation_for(*range, **network, scene);
  if (!aim) return tl::make_unexpected(aim.error());
  return Aims{std::move(*aim)};
}

}  // namespace

extern constinit const Remedy reserve_ports{
    .id = "reserve_ports",
    .title = "Reserve the listening ports inside the local port range",
    .rationale =
        "The kernel never picks a reserved port for an outgoing connection; who binds one by its number still may.",
    .propose = propose,
};

}  // namespace preflight::remedies
