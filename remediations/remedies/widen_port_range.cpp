// SPDX-License-Identifier: Apache-2.0
// More source ports to every server, and at once what a wider range would break: the listeners inside it.
#include <algorithm>

#include "remediations/remedy.h"
#include "remediations/reserved_ports.h"

namespace preflight::remedies {
namespace {

constexpr std::string_view kUnprivileged = "net.ipv4.ip_unprivileged_port_start";
/// Below lie the ports that services choose for themselves, and one more bit would switch SELinux's name_bind off for
/// nearly all of them.
constexpr std::uint16_t kFirst = 10240;
constexpr std::uint16_t kLast = 65535;

/// A share of what there is proves nothing yet: connections that are asked for, or that are there, do.
bool is_needed(const Fail& failure) {
  const auto asked = least_of(failure);
  if (!asked) return true;  // observed in use
  const auto* const usable =
      failure.detail.observed ? std::get_if<std::int64_t>(&failure.detail.observed->value) : nullptr;
  return usable != nullptr && *asked > *usable;
}

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto& about = finding.subject.text;
  const auto network = our_network(scene.facts, about);
  if (!network) return tl::make_unexpected(network.error());
  if (!is_needed(std::get<Fail>(finding.outcome)))
    return for_a_person(about, "there are enough ports yet; connections that are reused (http-reuse) need fewer");
  const auto present = (*network)->sysctls.range(kLocalPortRange);
  if (!present) return tl::make_unexpected(present.error());
  const auto lowest = (*network)->sysctls.integer(kUnprivileged).value_or(0);
  const auto first = std::max<std::int64_t>({kFirst, lowest});
  if (present->first <= first && present->last == kLast) {
    return for_a_person(about,
                        "the range is as wide as it should be: add source or server addresses, or reuse connections");
  }
  const PortRange wide{std::min(present->first, static_cast<std::uint16_t>(first)), kLast};
  auto reservation = reservation_for(wide, **network, scene);
  if (!reservation) return tl::make_unexpected(reservation.error());
  return Aims{std::move(*reservation),
              SettingAim{std::string(kLocalPortRange), std::to_string(wide.first) + " " + std::to_string(wide.last),
                         AimRule::exactly}};
}

}  // namespace

extern constinit const Remedy widen_port_range{
    .id = "widen_port_range",
    .title = "Widen the local port range, with every listener inside it reserved",
    .rationale =
        "A range of 10240 to 65535 nearly doubles the connections to each server. Every configured bind and every "
        "other listener in it is reserved first: without that the remedy would break their next start.",
    .propose = propose,
};

}  // namespace preflight::remedies
