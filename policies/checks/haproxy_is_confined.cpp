// SPDX-License-Identifier: Apache-2.0
// A haproxy that somebody starts from a shell keeps the shell's domain, which may do everything: that it works there
// says nothing of the service.
#include <algorithm>

#include "policies/selinux.h"

namespace preflight::checks {
namespace {

using selinux::Access;

constexpr Need kNeeds[] = {Need::selinux};
constexpr std::string_view kReferences[] = {"selinux(8)", "haproxy_selinux(8)", "restorecon(8)"};

bool allows_all(const selinux::DomainRules& rules, Access access, const selinux::PolicyAnswer& policy) {
  const auto allowed = rules.allowed.find(access);
  if (allowed == rules.allowed.end()) return false;
  return std::all_of(policy.ports.begin(), policy.ports.end(), [&](const selinux::PortRecord& port) {
    return port.protocol == Protocol::udp || allowed->second.count(port.type) != 0;
  });
}

/// Whether the policy confines the domain at ports at all: one that may use every port, with no boolean to say so, is
/// not confined.
bool is_unconfined(const selinux::DomainRules& rules, const selinux::PolicyAnswer& policy) {
  const bool by_boolean = std::any_of(rules.booleans.begin(), rules.booleans.end(),
                                      [](const auto& boolean) { return !boolean.lost.empty(); });
  return !by_boolean && allows_all(rules, Access::tcp_bind, policy) && allows_all(rules, Access::tcp_connect, policy);
}

Outcome judge(const haproxy::InstanceFacts& instance, const SelinuxFacts& selinux) {
  const auto found = selinux.identities.find(instance.name);
  if (found == selinux.identities.end()) return Unknown{unread(instance.name).value()};
  const auto now = selinux.rules_of(found->second.now());
  if (!now) return Unknown{now.error()};
  const auto started = selinux.rules_of(found->second.started);
  const auto& domain = (*now)->domain;
  Detail detail;
  detail.observed = Measure(domain);
  const bool other = found->second.running && started && (*started)->domain != domain;
  if (other) {
    detail.expected = Expectation{Relation::equal, Measure((*started)->domain)};
    detail.why = "haproxy runs as " + domain + ", and its service would run as " + (*started)->domain +
                 ": that it works now proves nothing for its next start";
    detail.evidence.emplace_back("it was started by hand, or its program was labelled after it was started");
    return Fail{Severity::warning, std::move(detail)};
  }
  if (is_unconfined(**now, *selinux.loaded)) {
    detail.why = "the policy does not confine " + domain + ", as which haproxy runs: it may use every port";
    const auto& label = found->second.started ? found->second.started->executable : std::string();
    if (!label.empty()) detail.evidence.push_back("its program is labelled " + label);
    return Fail{Severity::info, std::move(detail)};
  }
  if ((*now)->permissive) {
    detail.why = "the domain " + domain + " is permissive: what the policy denies it is logged and let pass";
    return Fail{Severity::info, std::move(detail)};
  }
  return Pass{std::move(detail)};
}

Outcomes evaluate(const Case& c) {
  if (!c.facts.selinux) return one(subject::host(), NotApplicable{std::string(without_selinux(c.facts))});
  if (!c.facts.selinux->mode) return one(subject::host(), Unknown{c.facts.selinux->mode.error()});
  Outcomes outcomes;
  for (const auto& instance : c.facts.instances) {
    outcomes.push_back({subject::instance(instance.name), judge(instance, *c.facts.selinux)});
  }
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"there is no haproxy here"});
  return outcomes;
}

}  // namespace

extern constinit const Check haproxy_is_confined{
    .id = "haproxy_is_confined",
    .title = "haproxy runs in the SELinux domain of its service",
    .rationale =
        "Started from a shell, haproxy may bind and connect anywhere. The same configuration then fails as a service, "
        "where its own domain may not.",
    .advice =
        "Start haproxy through its unit. Where its program has a wrong label, restorecon gives it the right one and "
        "the next start the right domain.",
    .severity = Severity::warning,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
