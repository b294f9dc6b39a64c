// SPDX-License-Identifier: Apache-2.0
// One outgoing connection on a port, even in TIME_WAIT, keeps haproxy from binding it at its next start, despite
// SO_REUSEADDR. Only ip_local_reserved_ports, or a range above the listeners, avoids that.
#include <algorithm>

#include "policies/check.h"
#include "policies/listening.h"
#include "policies/source_port_range.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kSysctls[] = {kLocalPortRange, kReservedPorts};
constexpr std::string_view kReferences[] = {"Linux Documentation/networking/ip-sysctl.rst, ip_local_reserved_ports",
                                            "ip(7), ip_local_port_range"};

/// The first port of the bind that the kernel may hand out; 0 when there is none.
Result<std::uint16_t> exposed_port(const haproxy::Bind& bind, const NetworkFacts& network) {
  for (std::uint32_t port = bind.address.first_port; port <= bind.address.last_port; ++port) {
    const auto taken = may_be_taken(network, static_cast<std::uint16_t>(port));
    if (!taken) return tl::make_unexpected(taken.error());
    if (*taken) return static_cast<std::uint16_t>(port);
  }
  return std::uint16_t{0};
}

Outcome judge(const PortDemand& demand, const NetworkFacts& network) {
  const auto port = exposed_port(*demand.bind, network);
  if (!port) return Unknown{port.error()};
  Detail detail;
  detail.where.origin = demand.bind->origin;
  if (*port == 0) return Pass{std::move(detail)};
  detail.observed =
      Measure("port " + std::to_string(*port) + " in " + network.sysctls.text(kLocalPortRange).value_or(""));
  std::replace(detail.observed->text.begin(), detail.observed->text.end(), '\t', '-');
  detail.expected = Expectation{Relation::outside, Measure(std::string("the local port range, or reserved"))};
  detail.why = "the kernel may give this port to an outgoing connection, and haproxy then cannot bind it";
  return Fail{Severity::warning, std::move(detail)};
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& instance : c.demand.instances) {
    const auto& network = c.facts.network_of(*instance.instance);
    for (const auto& demand : instance.ports) {
      if (demand.bind->network_namespace) continue;
      outcomes.push_back({subject_of(*demand.bind), judge(demand, network)});
    }
  }
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with a port"});
  return outcomes;
}

}  // namespace

extern constinit const Check port_range_spares_listeners{
    .id = "port_range_spares_listeners",
    .title = "No bind port can be taken by an outgoing connection",
    .rationale =
        "A widened local port range reaches the ports haproxy listens on. Then a restart fails now and then, "
        "depending on which port some connection happens to have.",
    .advice = "Add the bind ports to net.ipv4.ip_local_reserved_ports, or start ip_local_port_range above them.",
    .severity = Severity::warning,
    .needs = {.sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "reserve_ports",
};

}  // namespace preflight::checks
