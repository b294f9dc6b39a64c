// SPDX-License-Identifier: Apache-2.0
// selinux_socket_bind and selinux_socket_connect of the kernel's hooks.c, over what the policy answered.
#include "policies/selinux.h"

#include <algorithm>
#include <tuple>

#include "policies/listening.h"
#include "probes/linux/port_set.h"

namespace preflight {
namespace {

using PortAccess = selinux::Access;
using selinux::PortRecord;

bool has(const selinux::TypesByAccess& types, PortAccess access, std::string_view type) {
  const auto found = types.find(access);
  return found != types.end() && found->second.count(type) != 0;
}

PortAccess node_access(const PortWant& want) {
  return want.protocol() == Protocol::tcp ? PortAccess::tcp_node_bind : PortAccess::udp_node_bind;
}

bool is_bind(const PortWant& want) { return want.access != PortAccess::tcp_connect; }

std::uint32_t users_of(const selinux::PolicyAnswer& policy, std::string_view type, PortAccess access) {
  const auto found = policy.users.find(type);
  if (found == policy.users.end()) return 0;
  if (access == PortAccess::tcp_connect) return found->second.tcp_connect;
  return access == PortAccess::tcp_bind ? found->second.tcp_bind : found->second.udp_bind;
}

/// The record that would decide if there were none of the port's own: the widest that holds it.
const PortRecord* widest(const selinux::PolicyAnswer& policy, Protocol protocol, std::uint16_t port) {
  const PortRecord* found = nullptr;
  for (const auto& record : policy.ports) {
    if (record.protocol != protocol || port < record.low || port > record.high) continue;
    if (found == nullptr || record.high - record.low > found->high - found->low) found = &record;
  }
  return found;
}

}  // namespace

PortProver::PortProver(const selinux::PolicyAnswer& policy, const selinux::DomainRules& rules, const Sysctls& sysctls)
    : policy_(policy),
      rules_(rules),
      local_range_(sysctls.range(kLocalPortRange)),
      first_unprivileged_(sysctls.integer(kFirstUnprivilegedPort)) {}

bool PortProver::may(PortAccess access, std::string_view type) const { return has(rules_.allowed, access, type); }

Result<bool> PortProver::is_checked(std::uint16_t port) const {
  if (!local_range_) return tl::make_unexpected(local_range_.error());
  if (!local_range_->contains(port)) return true;
  if (!first_unprivileged_) return tl::make_unexpected(first_unprivileged_.error());
  return port < *first_unprivileged_;
}

Result<PortRule> PortProver::rule_of(const PortWant& want) const {
  const bool port_allowed = may(want.access, policy_.type_of(want.protocol(), want.port));
  if (!is_bind(want)) return port_allowed ? PortRule::allowed : PortRule::no_port;
  if (!may(PortAccess::net_bind_service, rules_.domain)) {
    if (!first_unprivileged_) return tl::make_unexpected(first_unprivileged_.error());
    if (want.port < *first_unprivileged_) return PortRule::no_capability;
  }
  auto rule = PortRule::allowed;
  if (!port_allowed) {
    const auto checked = is_checked(want.port);
    if (!checked) return tl::make_unexpected(checked.error());
    if (*checked) return PortRule::no_port;
    rule = PortRule::range_exempt;
  }
  const auto& node = want.address ? policy_.type_of(*want.address) : policy_.node_type;
  return may(node_access(want), node) ? rule : PortRule::no_node;
}

void PortProver::also_wanted(const std::vector<PortWant>& wants) {
  for (const auto& want : wants) all_[{want.protocol(), want.port}].insert(want.access);
}

const std::string* PortProver::label_type(const PortWant& want) const {
  const auto candidates = rules_.allowed.find(want.access);
  if (candidates == rules_.allowed.end()) return nullptr;
  const auto known = all_.find({want.protocol(), want.port});
  const auto wanted = known == all_.end() ? std::set<PortAccess>{want.access} : known->second;
  const auto& now = policy_.type_of(want.protocol(), want.port);
  const std::string* best = nullptr;
  std::tuple<std::ptrdiff_t, std::uint32_t> best_rank;
  for (const auto& type : candidates->second) {
    if (policy_.users.count(type) == 0) continue;  // not a type of ports
    const bool harms = std::any_of(wanted.begin(), wanted.end(),
                                   [&](PortAccess access) { return may(access, now) && !may(access, type); });
    if (harms) continue;
    const auto cured =
        std::count_if(wanted.begin(), wanted.end(), [&](PortAccess access) { return may(access, type); });
    // What serves most wants of this port, then what fewest other domains may use.
    const std::tuple rank(-cured, users_of(policy_, type, want.access));
    if (best != nullptr && best_rank <= rank) continue;
    best = &type;
    best_rank = rank;
  }
  return best;
}

std::optional<LabelCure> PortProver::label_for(const PortWant& want) const {
  const auto* const type = label_type(want);
  if (type == nullptr) return std::nullopt;
  LabelCure cure;
  cure.type = *type;
  const auto users = users_of(policy_, *type, want.access);
  cure.users = users > 0 ? users - 1 : 0;  // haproxy's own domain is one of them
  cure.modifies = std::any_of(policy_.ports.begin(), policy_.ports.end(), [&](const PortRecord& each) {
    return each.protocol == want.protocol() && each.low == want.port && each.high == want.port;
  });
  const auto* const record = policy_.record_of(want.protocol(), want.port);
  if (record != nullptr && record->type != widest(policy_, want.protocol(), want.port)->type) {
    cure.owner = record->type;
    cure.owner_users = users_of(policy_, record->type, want.access);
  }
  return cure;
}

std::vector<BooleanCure> PortProver::booleans_for(const PortProof& proof) const {
  const auto [access, type] = [&]() -> std::pair<PortAccess, std::string> {
    if (proof.rule == PortRule::no_capability) return {PortAccess::net_bind_service, rules_.domain};
    if (proof.rule == PortRule::no_node) return {node_access(proof.want), proof.node};
    return {proof.want.access, proof.type};
  }();
  std::vector<BooleanCure> found;
  for (const auto& boolean : rules_.booleans) {
    if (!has(boolean.gained, access, type)) continue;
    const bool of_port = access == proof.want.access;
    found.push_back({boolean.name, !boolean.value, boolean.port_grants - (of_port && boolean.port_grants > 0 ? 1U : 0U),
                     boolean.other_grants});
  }
  std::stable_sort(found.begin(), found.end(), [](const BooleanCure& a, const BooleanCure& b) {
    return a.port_grants + a.other_grants < b.port_grants + b.other_grants;
  });
  return found;
}

Result<PortProof> PortProver::prove(const PortWant& want) const {
  const auto rule = rule_of(want);
  if (!rule) return tl::make_unexpected(rule.error());
  PortProof proof;
  proof.want = want;
  proof.rule = *rule;
  proof.domain = rules_.domain;
  proof.permissive = rules_.permissive;
  proof.type = policy_.type_of(want.protocol(), want.port);
  if (*rule == PortRule::no_node) proof.node = want.address ? policy_.type_of(*want.address) : policy_.node_type;
  if (*rule == PortRule::no_port) proof.label = label_for(want);
  if (is_denied(*rule)) proof.booleans = booleans_for(proof);
  return proof;
}

std::vector<PortWant> wants_of(const haproxy::Bind& bind) {
  std::vector<PortWant> wants;
  const auto& address = bind.address;
  if (bind.network_namespace || address.port_count() == 0) return wants;
  const auto access = protocol_of(bind) == Protocol::tcp ? PortAccess::tcp_bind : PortAccess::udp_bind;
  for (std::uint32_t port = address.first_port; port <= address.last_port; ++port) {
    wants.push_back({access, static_cast<std::uint16_t>(port), address.ip});
  }
  return wants;
}

std::optional<PortWant> want_of(const DestinationDemand& destination) {
  if (destination.port == 0 || destination.transport != haproxy::Transport::stream) return std::nullopt;
  return PortWant{PortAccess::tcp_connect, destination.port};
}

std::vector<PortWant> wants_of(const InstanceDemand& demand) {
  std::vector<PortWant> wants;
  for (const auto& port : demand.ports) {
    const auto more = wants_of(*port.bind);
    wants.insert(wants.end(), more.begin(), more.end());
  }
  for (const auto& destination : demand.destinations) {
    if (const auto want = want_of(destination); want) wants.push_back(*want);
  }
  return wants;
}

std::vector<DeniedPort> denied_ports(const Case& c) {
  std::vector<DeniedPort> found;
  if (!c.facts.selinux) return found;
  for (const auto& demand : c.demand.instances) {
    const auto rules = c.facts.selinux->rules_of(demand.instance->name);
    if (!rules) continue;
    PortProver prover(*c.facts.selinux->loaded, **rules, c.facts.network_of(*demand.instance).sysctls);
    const auto wants = wants_of(demand);
    prover.also_wanted(wants);
    std::set<std::pair<PortAccess, std::uint16_t>> told;
    for (const auto& want : wants) {
      const auto rule = prover.rule_of(want);
      if (!rule || !is_denied(*rule) || !told.emplace(want.access, want.port).second) continue;
      found.push_back({demand.instance->name, *prover.prove(want)});
    }
  }
  return found;
}

std::string_view without_selinux(const Facts& facts) {
  return facts.selinux ? std::string_view() : "this host runs without SELinux";
}

Subject subject_of(const DestinationDemand& destination) {
  return subject::tuple("*", destination.ip ? endpoint(*destination.ip, destination.port)
                                            : destination.host + ":" + std::to_string(destination.port));
}

}  // namespace preflight
