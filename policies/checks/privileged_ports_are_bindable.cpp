// SPDX-License-Identifier: Apache-2.0
// Ports below net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE when they are bound, which root has and a
// unit with User= has only through AmbientCapabilities=.
#include "policies/check.h"
#include "policies/listening.h"
#include "policies/starter.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kKey = "net.ipv4.ip_unprivileged_port_start";
constexpr std::string_view kSysctls[] = {kKey};
constexpr Need kNeeds[] = {Need::unit};
constexpr std::string_view kReferences[] = {"capabilities(7), CAP_NET_BIND_SERVICE",
                                            "systemd.exec(5), AmbientCapabilities="};

Outcome judge(const haproxy::Bind& bind, std::int64_t first_free, const Result<bool>& allowed) {
  Detail detail;
  detail.where.origin = bind.origin;
  if (bind.address.first_port >= first_free) return Pass{std::move(detail)};
  if (!allowed) return Unknown{allowed.error()};
  if (*allowed) return Pass{std::move(detail)};
  detail.observed = Measure(bind.address.first_port, "");
  detail.expected = Expectation{Relation::at_least, Measure(first_free, "")};
  detail.why = "this port needs CAP_NET_BIND_SERVICE, and haproxy's starter lacks it";
  detail.evidence.emplace_back("haproxy will say \"cannot bind socket (Permission denied)\" and exit");
  return Fail{Severity::error, std::move(detail), true};
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& instance : c.demand.instances) {
    const auto first_free = c.facts.network_of(*instance.instance).sysctls.integer(kKey);
    const auto allowed = starter_has(*instance.instance, c.facts, kCapNetBindService);
    for (const auto& port : instance.ports) {
      if (port.bind->network_namespace) continue;  // its own first unprivileged port is not known
      const auto about = subject_of(*port.bind);
      outcomes.push_back(
          {about, first_free ? judge(*port.bind, *first_free, allowed) : Outcome(Unknown{first_free.error()})});
    }
  }
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with a port"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check privileged_ports_are_bindable{
    .id = "privileged_ports_are_bindable",
    .title = "haproxy may bind the low ports it names",
    .rationale = "Started as an ordinary user, haproxy cannot bind port 80 or 443 and exits.",
    .advice =
        "Start haproxy as root and let it drop to its user, or give the unit "
        "AmbientCapabilities=CAP_NET_BIND_SERVICE.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
