// SPDX-License-Identifier: Apache-2.0
// name_connect is asked for the type of every TCP port that haproxy connects to, whatever the address and whatever the
// local port range: a check that is denied takes a healthy server out of service.
#include "policies/selinux.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kSysctls[] = {"net.ipv4.ip_local_port_range", kFirstUnprivilegedPort};
constexpr Need kNeeds[] = {Need::selinux};
constexpr std::string_view kReferences[] = {"Linux security/selinux/hooks.c, selinux_socket_connect_helper",
                                            "semanage-port(8)", "haproxy_selinux(8)"};

Outcome judge(const DestinationDemand& destination, const PortWant& want, const PortProver& prover,
              const SelinuxFacts& selinux) {
  const auto proof = prover.prove(want);
  if (!proof) return Unknown{proof.error()};
  Detail detail;
  detail.where.origin = destination.origin;
  if (!is_denied(proof->rule)) return Pass{std::move(detail)};
  auto fail = denied(*proof, selinux);
  fail.detail.where = std::move(detail.where);
  const bool of_server = destination.purpose == DestinationDemand::Purpose::server;
  if (!of_server) {
    fail.detail.evidence.push_back("wanted as " + std::string(to_string(destination.purpose)) + " of " +
                                   destination.owner);
  }
  return fail;
}

void judge_instance(const InstanceDemand& demand, const Case& c, Outcomes& outcomes) {
  const auto& selinux = *c.facts.selinux;
  const auto rules = selinux.rules_of(demand.instance->name);
  std::optional<PortProver> prover;
  if (rules) {
    prover.emplace(*selinux.loaded, **rules, c.facts.network_of(*demand.instance).sysctls);
    prover->also_wanted(wants_of(demand));
  }
  for (const auto& destination : demand.destinations) {
    const auto want = want_of(destination);
    if (!want) continue;
    outcomes.push_back({subject_of(destination),
                        prover ? judge(destination, *want, *prover, selinux) : Outcome(Unknown{rules.error()})});
  }
}

Outcomes evaluate(const Case& c) {
  if (!c.facts.selinux) return one(subject::host(), NotApplicable{std::string(without_selinux(c.facts))});
  if (!c.facts.selinux->mode) return one(subject::host(), Unknown{c.facts.selinux->mode.error()});
  Outcomes outcomes = unread_instances(c);
  for (const auto& demand : c.demand.instances) judge_instance(demand, c, outcomes);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no TCP destination with a port"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check selinux_allows_backends{
    .id = "selinux_allows_backends",
    .title = "SELinux lets haproxy connect to its servers",
    .rationale =
        "Where SELinux enforces, haproxy may connect only to ports whose type its policy names. To any other one every "
        "check fails with L4CON and the server is DOWN, although curl on the same host reaches it.",
    .advice =
        "Label the port with a type that haproxy may connect to, as the finding says; a boolean only where the label "
        "is not enough, for it allows far more.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "label_selinux_ports",
};

}  // namespace preflight::checks
