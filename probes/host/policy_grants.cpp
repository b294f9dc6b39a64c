// SPDX-License-Identifier: Apache-2.0
// What flipping a boolean gives a domain in all, and how many domains may use a type: counted from the rules, as type
// enforcement has them.
#include <unordered_map>

#include "probes/host/policy_sepol.h"

namespace preflight::sepol {
namespace {

/// The permissions that rules allow the domain towards a type, constraints left out.
std::uint32_t enforced(Policy& policy, std::uint32_t domain, std::uint32_t type, std::uint32_t target_class) {
  auto& db = policy.db();
  std::uint32_t allowed = 0;
  for_each_bit(db.type_attr_map[domain - 1], [&](std::uint32_t source) {
    for_each_bit(db.type_attr_map[type - 1], [&](std::uint32_t target) {
      avtab_key_t key{static_cast<std::uint16_t>(source + 1), static_cast<std::uint16_t>(target + 1),
                      static_cast<std::uint16_t>(target_class), AVTAB_ALLOWED};
      if (const auto* const always = avtab_search(&db.te_avtab, &key); always != nullptr) allowed |= always->data;
      for (auto* node = avtab_search_node(&db.te_cond_avtab, &key); node != nullptr;
           node = avtab_search_node_next(node, key.specified)) {
        if ((node->key.specified & AVTAB_ENABLED) != 0) allowed |= node->datum.data;
      }
    });
  });
  return allowed;
}

std::uint64_t place_of(std::uint32_t type, std::uint32_t target_class) {
  return std::uint64_t{type} << 32U | target_class;
}

/// name_bind and name_connect, of the classes that have them.
std::uint32_t port_bits(const Policy& policy, std::uint32_t target_class) {
  std::uint32_t bits = 0;
  for (const auto access : {Access::tcp_bind, Access::tcp_connect, Access::udp_bind}) {
    if (policy.class_of(access) == target_class) bits |= policy.bit_of(access);
  }
  return bits;
}

/// A set of types, by number.
using Bits = std::vector<std::uint64_t>;

void add_bits(Bits& to, const Policy& policy, std::uint32_t type) {
  for_each_type(policy.db(), type, [&](std::uint32_t each) { to[each / 64] |= std::uint64_t{1} << (each % 64); });
}

std::uint32_t count(const Bits& bits) {
  std::uint32_t total = 0;
  for (const auto word : bits) total += static_cast<std::uint32_t>(__builtin_popcountll(word));
  return total;
}

/// Who may do what to the types of ports.
class Users {
 public:
  Users(const Policy& policy, const std::vector<Context>& ports)
      : policy_(policy), words_(policy.db().p_types.nprim / 64 + 1) {
    for (const auto& port : ports) users_.emplace(port.get().type, std::array<Bits, 3>{});
  }

  void add(const avtab_key_t& key, const avtab_datum_t& datum) {
    if ((key.specified & AVTAB_ALLOWED) == 0) return;
    for (std::size_t i = 0; i < kOfPorts.size(); ++i) {
      const auto access = kOfPorts.at(i);
      if (policy_.class_of(access) != key.target_class || (datum.data & policy_.bit_of(access)) == 0) continue;
      for_each_type(policy_.db(), key.target_type, [&](std::uint32_t type) {
        const auto found = users_.find(type);
        if (found == users_.end()) return;
        auto& bits = found->second.at(i);
        if (bits.empty()) bits.resize(words_);
        add_bits(bits, policy_, key.source_type);
      });
    }
  }

  [[nodiscard]] std::map<std::string, selinux::TypeUsers, std::less<>> counted() const {
    std::map<std::string, selinux::TypeUsers, std::less<>> found;
    for (const auto& [type, bits] : users_) {
      found.emplace(policy_.type_name(type), selinux::TypeUsers{count(bits[0]), count(bits[1]), count(bits[2])});
    }
    return found;
  }

 private:
  static constexpr std::array kOfPorts = {Access::tcp_bind, Access::tcp_connect, Access::udp_bind};
  const Policy& policy_;
  std::size_t words_;
  std::unordered_map<std::uint32_t, std::array<Bits, 3>> users_;
};

void add_all(const avtab_t& rules, Users& users, bool only_enabled) {
  for (std::uint32_t slot = 0; slot < rules.nslot; ++slot) {
    for (const auto* node = rules.htable[slot]; node != nullptr; node = node->next) {
      if (!only_enabled || (node->key.specified & AVTAB_ENABLED) != 0) users.add(node->key, node->datum);
    }
  }
}

bool mentions(const cond_node_t& node, std::uint32_t boolean) {
  for (const auto* term = node.expr; term != nullptr; term = term->next) {
    if (term->expr_type == COND_BOOL && term->boolean == boolean) return true;
  }
  return false;
}

}  // namespace

void count_grants(Policy& policy, std::uint32_t domain, std::uint32_t boolean, selinux::BooleanEffect& effect) {
  auto& db = policy.db();
  std::unordered_map<std::uint64_t, std::uint32_t> added;
  auto& state = db.bool_val_to_struct[boolean - 1]->state;
  state = state == 0 ? 1 : 0;
  for (const auto* node = db.cond_list; node != nullptr; node = node->next) {
    if (!mentions(*node, boolean)) continue;
    const int then = cond_evaluate_expr(&db, node->expr);
    if (then == node->cur_state || then < 0) continue;
    for (const auto* list = then != 0 ? node->true_list : node->false_list; list != nullptr; list = list->next) {
      const auto& key = list->node->key;
      if ((key.specified & AVTAB_ALLOWED) == 0 || !is_about(db, key.source_type, domain)) continue;
      for_each_type(db, key.target_type,
                    [&](std::uint32_t type) { added[place_of(type, key.target_class)] |= list->node->datum.data; });
    }
  }
  state = state == 0 ? 1 : 0;
  for (const auto& [place, bits] : added) {
    const auto target_class = static_cast<std::uint32_t>(place);
    const auto fresh = bits & ~enforced(policy, domain, static_cast<std::uint32_t>(place >> 32U), target_class);
    const auto of_ports = fresh & port_bits(policy, target_class);
    effect.port_grants += static_cast<std::uint64_t>(__builtin_popcount(of_ports));
    effect.other_grants += static_cast<std::uint64_t>(__builtin_popcount(fresh & ~of_ports));
  }
}

std::map<std::string, selinux::TypeUsers, std::less<>> users_of(const Policy& policy,
                                                                const std::vector<Context>& ports) {
  Users users(policy, ports);
  add_all(policy.db().te_avtab, users, false);
  add_all(policy.db().te_cond_avtab, users, true);
  return users.counted();
}

}  // namespace preflight::sepol
