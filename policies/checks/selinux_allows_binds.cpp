// SPDX-License-Identifier: Apache-2.0
// Under SELinux a domain binds only ports of types that a rule names: root, curl and `haproxy -c` find nothing wrong.
#include "policies/listening.h"
#include "policies/selinux.h"
#include "probes/linux/port_set.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kSysctls[] = {kLocalPortRange, kFirstUnprivilegedPort};
constexpr Need kNeeds[] = {Need::selinux};
constexpr std::string_view kReferences[] = {"Linux security/selinux/hooks.c, selinux_socket_bind", "semanage-port(8)",
                                            "haproxy_selinux(8)"};

Outcome judge(const haproxy::Bind& bind, const PortProver& prover, const SelinuxFacts& selinux) {
  std::optional<Fail> worst;
  std::size_t denials = 0;
  bool exempt = false;
  for (const auto& want : wants_of(bind)) {
    const auto rule = prover.rule_of(want);
    if (!rule) return Unknown{rule.error()};
    exempt = exempt || *rule == PortRule::range_exempt;
    if (is_denied(*rule) && denials++ == 0) worst = denied(*prover.prove(want), selinux);
  }
  if (!worst) {
    Detail detail;
    detail.where.origin = bind.origin;
    if (exempt) detail.evidence.emplace_back("no rule allows it, but name_bind is not checked in the local port range");
    return Pass{std::move(detail)};
  }
  worst->detail.where.origin = bind.origin;
  if (denials > 1) worst->detail.evidence.push_back("the first of " + std::to_string(denials) + " such ports");
  return *std::move(worst);
}

void judge_instance(const InstanceDemand& demand, const Case& c, Outcomes& outcomes) {
  const auto& selinux = *c.facts.selinux;
  const auto rules = selinux.rules_of(demand.instance->name);
  std::optional<PortProver> prover;
  if (rules) {
    prover.emplace(*selinux.loaded, **rules, c.facts.network_of(*demand.instance).sysctls);
    prover->also_wanted(wants_of(demand));
  }
  for (const auto& port : demand.ports) {
    if (port.bind->network_namespace) continue;  // its own local port range is not known
    outcomes.push_back(
        {subject_of(*port.bind), prover ? judge(*port.bind, *prover, selinux) : Outcome(Unknown{rules.error()})});
  }
}

Outcomes evaluate(const Case& c) {
  if (!c.facts.selinux) return one(subject::host(), NotApplicable{std::string(without_selinux(c.facts))});
  if (!c.facts.selinux->mode) return one(subject::host(), Unknown{c.facts.selinux->mode.error()});
  Outcomes outcomes = unread_instances(c);
  for (const auto& demand : c.demand.instances) judge_instance(demand, c, outcomes);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with a port"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check selinux_allows_binds{
    .id = "selinux_allows_binds",
    .title = "SELinux lets haproxy bind its ports",
    .rationale =
        "Where SELinux enforces, haproxy may bind only ports whose type its policy names. It exits at start on any "
        "other one, although root may bind it and `haproxy -c` says valid.",
    .advice =
        "Label the port with a type that haproxy may bind, as the finding says; a boolean only where the label is not "
        "enough, for it allows far more.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "label_selinux_ports",
};

}  // namespace preflight::checks
