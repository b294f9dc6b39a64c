// SPDX-License-Identifier: Apache-2.0
// setsebool without -P sets the running policy alone: the next boot loads the one on disk, with its own booleans.
#include <algorithm>

#include "policies/selinux.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kSysctls[] = {"net.ipv4.ip_local_port_range", kFirstUnprivilegedPort};
constexpr Need kNeeds[] = {Need::selinux};
constexpr std::string_view kReferences[] = {"setsebool(8), -P", "booleans(8)"};

const InstanceDemand* demand_of(const Case& c, const std::string& instance) {
  const auto found = std::find_if(c.demand.instances.begin(), c.demand.instances.end(),
                                  [&](const auto& demand) { return demand.instance->name == instance; });
  return found == c.demand.instances.end() ? nullptr : &*found;
}

/// Wants that are denied; those that cannot be judged are another check's.
std::size_t denials(const InstanceDemand& demand, const selinux::PolicyAnswer& policy,
                    const selinux::DomainRules& rules, const Sysctls& sysctls) {
  const PortProver prover(policy, rules, sysctls);
  const auto wants = wants_of(demand);
  return static_cast<std::size_t>(std::count_if(wants.begin(), wants.end(), [&](const PortWant& want) {
    const auto rule = prover.rule_of(want);
    return rule && is_denied(*rule);
  }));
}

/// How many more ports would be denied to any instance if the boolean were as it is after the next boot.
std::size_t newly_denied(const std::string& name, bool value, const Case& c) {
  const auto& policy = *c.facts.selinux->loaded;
  const auto booted = selinux::supposed(policy, {.booleans = {{name, value}}});
  std::size_t more = 0;
  for (const auto& demand : c.demand.instances) {
    const auto rules = c.facts.selinux->rules_of(demand.instance->name);
    if (!rules) continue;
    const auto index = static_cast<std::size_t>(*rules - policy.domains.data());
    const auto& sysctls = c.facts.network_of(*demand.instance).sysctls;
    const auto before = denials(demand, policy, **rules, sysctls);
    const auto after = denials(demand, booted, booted.domains[index], sysctls);
    more += after > before ? after - before : 0;
  }
  return more;
}

const char* word(bool value) { return value ? "on" : "off"; }

Outcome judge(const selinux::BooleanEffect& boolean, const Case& c) {
  const auto& selinux = *c.facts.selinux;
  const auto found = selinux.installed->booleans.find(boolean.name);
  if (found == selinux.installed->booleans.end()) {
    return Unknown{{std::errc::invalid_argument, boolean.name, "is not in " + selinux.installed_path}};
  }
  Detail detail;
  detail.observed = Measure(std::string(word(boolean.value)));
  detail.expected = Expectation{Relation::equal, Measure(std::string(word(found->second)))};
  detail.where.object = selinux.installed_path;
  if (found->second == boolean.value) return Pass{std::move(detail)};
  detail.why =
      boolean.name + " is " + word(boolean.value) + " now, and " + word(found->second) + " after the next boot";
  const auto lost = newly_denied(boolean.name, found->second, c);
  if (lost > 0) {
    detail.evidence.push_back("then SELinux denies haproxy " + std::to_string(lost) + (lost == 1 ? " port" : " ports") +
                              " that it may use now");
  }
  return Fail{lost > 0 ? Severity::warning : Severity::info, std::move(detail)};
}

Outcomes evaluate(const Case& c) {
  if (!c.facts.selinux) return one(subject::host(), NotApplicable{std::string(without_selinux(c.facts))});
  const auto& selinux = *c.facts.selinux;
  if (c.facts.host.kind == HostKind::tree) return one(subject::host(), NotApplicable{"offline tree"});
  if (!selinux.loaded) return one(subject::host(), Unknown{selinux.loaded.error()});
  if (!selinux.installed) return one(subject::host(), Unknown{selinux.installed.error()});
  Outcomes outcomes;
  for (const auto& instance : c.facts.instances) {
    if (demand_of(c, instance.name) == nullptr) continue;
    const auto rules = selinux.rules_of(instance.name);
    if (!rules) {
      outcomes.push_back({subject::instance(instance.name), Unknown{rules.error()}});
      continue;
    }
    for (const auto& boolean : (*rules)->booleans) {
      outcomes.push_back({subject::boolean(boolean.name), judge(boolean, c)});
    }
  }
  if (outcomes.empty())
    return one(subject::host(), NotApplicable{"no boolean changes what haproxy may bind or connect to"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check selinux_booleans_survive_boot{
    .id = "selinux_booleans_survive_boot",
    .title = "SELinux booleans for haproxy are the same after a boot",
    .rationale =
        "setsebool without -P sets a boolean until the next boot only. haproxy works, and after the reboot, months "
        "later, it does not start or finds its servers DOWN.",
    .advice = "Make the value persistent with setsebool -P, or set it back; better, label the ports that need it.",
    .severity = Severity::warning,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "enable_selinux_boolean",
};

}  // namespace preflight::checks
