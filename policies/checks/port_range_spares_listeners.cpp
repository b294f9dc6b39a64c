// SPDX-License-Identifier: Apache-2.0
// One outgoing connection on a port, even in TIME_WAIT, keeps haproxy from binding it at its next start, despite
// SO_REUSEADDR. Only ip_local_reserved_ports, or a range above the listeners, avoids that.
#include <algorithm>

#include "policies/check.h"
#include "policies/listening.h"
#include "probes/linux/port_set.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kSysctls[] = {kLocalPortRange, kReservedPorts};
constexpr std::string_view kReferences[] = {"Linux Documentation/networking/ip-sysctl.rst, ip_local_reserved_ports",
                                            "ip(7), ip_local_port_range"};

Outcome judge(const haproxy::Bind& bind, const PortSet& outgoing, const std::string& range) {
  Detail detail;
  detail.where.origin = bind.origin;
  const auto port = outgoing.first_in({bind.address.first_port, bind.address.last_port});
  if (!port) return Pass{std::move(detail)};
  detail.observed = Measure("port " + std::to_string(*port) + " in " + range);
  detail.expected = Expectation{Relation::outside, Measure(std::string("the local port range, or reserved"))};
  detail.why = "the kernel may give this port to an outgoing connection, and haproxy then cannot bind it";
  return Fail{Severity::warning, std::move(detail)};
}

/// "32768-60999"; the kernel writes a tab between.
std::string range_text(const NetworkFacts& network) {
  auto text = network.sysctls.text(kLocalPortRange).value_or("");
  std::replace(text.begin(), text.end(), '\t', '-');
  return text;
}

void judge_instance(const InstanceDemand& demand, const Case& c, Outcomes& outcomes) {
  const auto& network = c.facts.network_of(*demand.instance);
  const auto outgoing = outgoing_ports(network.sysctls);
  const auto range = range_text(network);
  for (const auto& port : demand.ports) {
    if (port.bind->network_namespace) continue;
    outcomes.push_back(
        {subject_of(*port.bind), outgoing ? judge(*port.bind, *outgoing, range) : Outcome(Unknown{outgoing.error()})});
  }
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& demand : c.demand.instances) judge_instance(demand, c, outcomes);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with a port"});
  return worst_of_each_subject(std::move(outcomes));
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
    .rests_on = kLocalPortRange,
};

}  // namespace preflight::checks
