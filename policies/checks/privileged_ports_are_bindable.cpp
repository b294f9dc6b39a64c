// SPDX-License-Identifier: Apache-2.0
// Ports below net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE when they are bound, which root has and a
// unit with User= has only through AmbientCapabilities=.
#include "policies/check.h"
#include "policies/demand/start_limits.h"
#include "policies/listening.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kKey = "net.ipv4.ip_unprivileged_port_start";
constexpr std::string_view kSysctls[] = {kKey};
constexpr Need kNeeds[] = {Need::unit};
constexpr std::string_view kReferences[] = {"capabilities(7), CAP_NET_BIND_SERVICE",
                                            "systemd.exec(5), AmbientCapabilities="};

/// A unit that runs shows what its manager could give; for a stopped one our own bounding set is a hint: in a container
/// both lack the same, but we alone may have been bounded.
Result<bool> manager_may_give(const haproxy::InstanceFacts& instance, const HostFacts& host) {
  if (const auto* head = instance.head(); head != nullptr && head->capabilities) {
    return holds(head->capabilities->bounding, kCapNetBindService);
  }
  if (host.kind != HostKind::live || holds(host.capabilities.bounding, kCapNetBindService)) return true;
  return fail(std::errc::operation_not_permitted, "CAP_NET_BIND_SERVICE",
              "not in our own bounding set, so it cannot be told whether the service manager has it");
}

Result<bool> unit_may_bind(const haproxy::InstanceFacts& instance, const HostFacts& host) {
  const auto& unit = *instance.unit;
  const bool given = starts_as_root(unit) || holds(unit.ambient_capabilities, kCapNetBindService);
  if (!given || !holds(unit.capability_bounding_set, kCapNetBindService)) return false;
  return manager_may_give(instance, host);
}

/// Started by hand. `user` makes a process that root started drop its capabilities; only the bounding set stays.
Result<bool> process_may_bind(const haproxy::InstanceFacts& instance) {
  const auto& head = *instance.head();
  if (!head.capabilities) return tl::make_unexpected(head.capabilities.error());
  if (head.capabilities->has(kCapNetBindService)) return true;
  const bool dropped_root =
      head.uid != 0 && instance.config && (instance.config->global.user || instance.config->global.uid);
  return dropped_root && holds(head.capabilities->bounding, kCapNetBindService);
}

/// Whether the starter of the instance has the capability.
Result<bool> may_bind(const haproxy::InstanceFacts& instance, const Facts& facts) {
  if (instance.unit) return unit_may_bind(instance, facts.host);
  if (instance.running()) return process_may_bind(instance);
  return tl::make_unexpected(instance.unit.error());
}

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
    const auto allowed = may_bind(*instance.instance, c.facts);
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
