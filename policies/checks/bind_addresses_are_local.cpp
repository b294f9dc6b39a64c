// SPDX-License-Identifier: Apache-2.0
// bind(2) to an address this host does not have fails with EADDRNOTAVAIL, on the standby of a VRRP pair at every start,
// unless ip_nonlocal_bind is 1 or the bind is `transparent` (IP_TRANSPARENT).
#include "policies/check.h"
#include "policies/listening.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kV4 = "net.ipv4.ip_nonlocal_bind";
constexpr std::string_view kV6 = "net.ipv6.ip_nonlocal_bind";
constexpr std::string_view kSysctls[] = {kV4, kV6};
constexpr Need kNeeds[] = {Need::local_addresses};
constexpr std::string_view kReferences[] = {"ip(7), IP_TRANSPARENT and ip_nonlocal_bind",
                                            "HAProxy management guide, section 13 (VRRP)"};

Detail detail_of(const haproxy::Bind& bind) {
  Detail detail;
  detail.observed = Measure(to_string(*bind.address.ip) + " is not an address of this host");
  detail.expected = Expectation{Relation::equal, Measure(std::string("a local address, or permission to bind others"))};
  detail.where.origin = bind.origin;
  detail.why = "haproxy cannot bind an address that this host does not have";
  detail.evidence.emplace_back("haproxy will say \"Cannot assign requested address\" and exit");
  return detail;
}

Outcome judge(const haproxy::Bind& bind, const NetworkFacts& network) {
  if (!bind.address.ip) return NotApplicable{"a host name, which haproxy resolves when it starts"};
  const auto& ip = *bind.address.ip;
  if (ip.is_any() || bind.transparent) return Pass{};
  const auto known = network.local_addresses.find(ip);
  if (known == network.local_addresses.end()) return Unknown{{std::errc::no_message, to_string(ip), "not looked up"}};
  if (!known->second) return Unknown{known->second.error()};
  if (*known->second) return Pass{};
  const auto allowed = network.sysctls.integer(ip.family == IpFamily::v4 ? kV4 : kV6);
  if (!allowed) return Unknown{allowed.error()};
  if (*allowed != 0) return Pass{};
  return Fail{Severity::error, detail_of(bind), true};
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& instance : c.demand.instances) {
    const auto& network = c.facts.network_of(*instance.instance);
    for (const auto& port : instance.ports) {
      if (port.bind->network_namespace) continue;
      outcomes.push_back({subject_of(*port.bind), judge(*port.bind, network)});
    }
  }
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with an address"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check bind_addresses_are_local{
    .id = "bind_addresses_are_local",
    .title = "haproxy may bind every address it names",
    .rationale =
        "A virtual address that the other node holds cannot be bound here: the standby's haproxy does not "
        "start, and the failover finds nobody listening.",
    .advice = "Set net.ipv4.ip_nonlocal_bind (net.ipv6.ip_nonlocal_bind) to 1, or add `transparent` to the bind.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "enable_nonlocal_bind",
};

}  // namespace preflight::checks
