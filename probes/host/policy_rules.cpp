// SPDX-License-Identifier: Apache-2.0
// What a policy lets one domain do, and what each boolean would change: of all booleans those are tried whose rules are
// about the domain and these permissions, for no other one can change an answer.
#include <algorithm>
#include <iterator>

#include "probes/host/policy_sepol.h"

namespace preflight::sepol {
namespace {

using selinux::BooleanEffect;
using selinux::DomainRules;
using selinux::TypesByAccess;

/// A type that is asked about, and its number as a context.
struct Target {
  std::uint32_t type = 0;
  sepol_security_id_t number = 0;
};

constexpr std::array kOfTypes = {Access::tcp_bind, Access::tcp_connect, Access::udp_bind, Access::tcp_node_bind,
                                 Access::udp_node_bind};

bool may(std::uint32_t allowed, std::uint32_t bit) { return bit != 0 && (allowed & bit) != 0; }

/// Asks for one domain, again and again.
class Asker {
 public:
  Asker(Policy& policy, const Context& subject, const std::vector<Context>& targets)
      : policy_(policy), type_(subject.get().type), subject_(policy.add(subject.get())) {
    for (const auto& target : targets) targets_.push_back({target.get().type, policy.add(target.get())});
  }

  [[nodiscard]] const std::vector<Target>& targets() const { return targets_; }

  /// What is allowed towards some of the targets; with the domain itself among them, the capability too.
  [[nodiscard]] TypesByAccess ask(const std::vector<Target>& targets, bool itself) const {
    TypesByAccess found;
    const auto tcp = policy_.class_of(Access::tcp_bind);
    const auto udp = policy_.class_of(Access::udp_bind);
    for (const auto& target : targets) {
      const auto to_tcp = policy_.allowed(subject_, target.number, tcp);
      const auto to_udp = policy_.allowed(subject_, target.number, udp);
      for (const auto access : kOfTypes) {
        const auto allowed = policy_.class_of(access) == tcp ? to_tcp : to_udp;
        if (may(allowed, policy_.bit_of(access))) found[access].emplace(policy_.type_name(target.type));
      }
    }
    const auto capability = Access::net_bind_service;
    if (itself && may(policy_.allowed(subject_, subject_, policy_.class_of(capability)), policy_.bit_of(capability))) {
      found[capability].emplace(policy_.type_name(type_));
    }
    return found;
  }

 private:
  Policy& policy_;
  std::uint32_t type_;
  sepol_security_id_t subject_;
  std::vector<Target> targets_;
};

/// The types in `a` that are not in `b`.
TypesByAccess without(const TypesByAccess& a, const TypesByAccess& b) {
  TypesByAccess left;
  for (const auto& [access, types] : a) {
    const auto other = b.find(access);
    if (other == b.end()) {
      left.emplace(access, types);
      continue;
    }
    std::set<std::string, std::less<>> rest;
    std::set_difference(types.begin(), types.end(), other->second.begin(), other->second.end(),
                        std::inserter(rest, rest.end()));
    if (!rest.empty()) left.emplace(access, std::move(rest));
  }
  return left;
}

template <typename F>
void for_each_rule(const cond_node_t& node, F&& each) {
  for (const auto* list : {node.true_list, node.false_list}) {
    for (; list != nullptr; list = list->next) each(list->node->key, list->node->datum);
  }
}

std::set<std::uint32_t> booleans_in(const cond_node_t& node) {
  std::set<std::uint32_t> found;
  for (const auto* term = node.expr; term != nullptr; term = term->next) {
    if (term->expr_type == COND_BOOL) found.insert(term->boolean);
  }
  return found;
}

/// The conditional blocks that are about the domain and the permissions asked for, by boolean.
std::map<std::uint32_t, std::vector<const cond_node_t*>> candidates(const Policy& policy, std::uint32_t domain) {
  std::map<std::uint32_t, std::vector<const cond_node_t*>> found;
  for (const auto* node = policy.db().cond_list; node != nullptr; node = node->next) {
    bool matters = false;
    for_each_rule(*node, [&](const avtab_key_t& key, const avtab_datum_t& datum) {
      matters = matters || (allows_ports(policy, key, datum) && is_about(policy.db(), key.source_type, domain));
    });
    if (!matters) continue;
    for (const auto boolean : booleans_in(*node)) found[boolean].push_back(node);
  }
  return found;
}

/// The targets that rules of these blocks are about.
std::vector<Target> concerned(const Policy& policy, std::uint32_t domain, const std::vector<const cond_node_t*>& nodes,
                              const std::vector<Target>& targets) {
  std::set<std::uint32_t> types;
  for (const auto* const node : nodes) {
    for_each_rule(*node, [&](const avtab_key_t& key, const avtab_datum_t& datum) {
      if (allows_ports(policy, key, datum) && is_about(policy.db(), key.source_type, domain)) {
        types.insert(key.target_type);
      }
    });
  }
  std::vector<Target> found;
  for (const auto& target : targets) {
    const bool meant = std::any_of(types.begin(), types.end(),
                                   [&](std::uint32_t type) { return is_about(policy.db(), type, target.type); });
    if (meant) found.push_back(target);
  }
  return found;
}

/// What was allowed of these targets, from what is allowed of all.
TypesByAccess part_of(const TypesByAccess& all, const Policy& policy, const std::vector<Target>& targets) {
  TypesByAccess part;
  for (const auto& [access, types] : all) {
    for (const auto& target : targets) {
      const char* const name = policy.type_name(target.type);
      if (types.count(name) != 0) part[access].emplace(name);
    }
    if (access == Access::net_bind_service) part[access] = types;
  }
  return part;
}

}  // namespace

bool allows_ports(const Policy& policy, const avtab_key_t& key, const avtab_datum_t& datum) {
  if ((key.specified & AVTAB_ALLOWED) == 0) return false;
  for (std::size_t i = 0; i < selinux::kAccesses; ++i) {
    const auto access = static_cast<Access>(i);
    if (policy.class_of(access) == key.target_class && (datum.data & policy.bit_of(access)) != 0) return true;
  }
  return false;
}

DomainRules rules_of(Policy& policy, const Context& subject, const std::vector<Context>& targets) {
  DomainRules rules;
  const auto domain = subject.get().type;
  rules.domain = policy.type_name(domain);
  const Asker asker(policy, subject, targets);
  rules.allowed = asker.ask(asker.targets(), true);
  for (const auto& [boolean, nodes] : candidates(policy, domain)) {
    auto* const datum = policy.db().bool_val_to_struct[boolean - 1];
    BooleanEffect effect;
    effect.name = policy.db().p_bool_val_to_name[boolean - 1];
    effect.value = datum->state != 0;
    const auto there = concerned(policy, domain, nodes, asker.targets());
    const auto before = part_of(rules.allowed, policy, there);
    if (!policy.set_boolean(effect.name, !effect.value)) continue;
    const auto after = asker.ask(there, true);
    (void)policy.set_boolean(effect.name, effect.value);
    effect.gained = without(after, before);
    effect.lost = without(before, after);
    if (effect.gained.empty() && effect.lost.empty()) continue;
    count_grants(policy, domain, boolean, effect);
    rules.booleans.push_back(std::move(effect));
  }
  std::sort(rules.booleans.begin(), rules.booleans.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return rules;
}

}  // namespace preflight::sepol
