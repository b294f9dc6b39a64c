// SPDX-License-Identifier: Apache-2.0
// libsepol's own structures, for the policy_*.cpp files alone. It is linked statically: its header files and its code
// must be of one release, it costs no start anything, and the shared library does not export what is asked here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <sepol/debug.h>
#include <sepol/policydb.h>
#include <sepol/policydb/policydb.h>
#include <sepol/policydb/services.h>
#include <sepol/policydb/sidtab.h>
// Before 3.6 a member of cond_expr is called `bool`, since then it is called `boolean`.
#define bool boolean
#include <sepol/policydb/conditional.h>
#undef bool

#include "probes/base/result.h"
#include "probes/linux/selinux_policy.h"

namespace preflight::sepol {

using selinux::Access;

/// A context that is freed with its categories.
class Context {
 public:
  Context() { context_init(&value_); }
  explicit Context(const context_struct_t& other) : Context() { copy(other); }
  Context(const Context& other) : Context(other.value_) {}
  Context& operator=(const Context&) = delete;
  ~Context() { context_destroy(&value_); }
  [[nodiscard]] context_struct_t& get() { return value_; }
  [[nodiscard]] const context_struct_t& get() const { return value_; }

 private:
  void copy(const context_struct_t& other) {
    if (context_cpy(&value_, &other) < 0) throw std::bad_alloc();
  }

  context_struct_t value_{};
};

/// A policy in memory, and the security server's questions about it. libsepol has one of these at a time: the one made
/// last answers.
class Policy {
 public:
  /// The policy in `bytes`; EBADMSG, or ENOTSUP when it is newer than this library.
  [[nodiscard]] static Result<std::unique_ptr<Policy>> load(std::string bytes, const std::string& object);
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  ~Policy();

  [[nodiscard]] policydb_t& db() { return db_; }
  [[nodiscard]] const policydb_t& db() const { return db_; }

  /// Numbers from 1; 0 when there is none of that name.
  [[nodiscard]] std::uint32_t type(const std::string& name) const;
  [[nodiscard]] std::uint16_t class_of(Access access) const { return classes_.at(static_cast<std::size_t>(access)); }
  [[nodiscard]] std::uint32_t bit_of(Access access) const { return bits_.at(static_cast<std::size_t>(access)); }
  [[nodiscard]] const char* type_name(std::uint32_t type) const { return db_.p_type_val_to_name[type - 1]; }
  [[nodiscard]] const char* class_name(std::uint32_t number) const { return db_.p_class_val_to_name[number - 1]; }

  /// A context as a process shows it; EINVAL when this policy does not allow it to be.
  [[nodiscard]] Result<Context> parse(const std::string& context);
  /// A context that is asked about, by the number it has from then on.
  [[nodiscard]] sepol_security_id_t add(const context_struct_t& context);
  /// The permissions of `target_class` that the policy, all its rules and constraints together, lets `source` have
  /// towards `target`; none of a class it does not know.
  [[nodiscard]] std::uint32_t allowed(sepol_security_id_t source, sepol_security_id_t target,
                                      std::uint16_t target_class) const;

  /// Sets a boolean and what depends on it; false when there is none of that name.
  bool set_boolean(const std::string& name, bool value);

 private:
  Policy();
  std::string bytes_;
  policydb_t db_{};
  sidtab_t contexts_{};
  std::array<std::uint16_t, selinux::kAccesses> classes_{};
  std::array<std::uint32_t, selinux::kAccesses> bits_{};
};

/// Initial contexts, by number: those of a port and of an address that no record names (initial_sid_to_string.h).
inline constexpr sepol_security_id_t kInitialPort = 9;
inline constexpr sepol_security_id_t kInitialNode = 12;

/// Calls `each(bit)` for each bit of a map, from 0.
template <typename F>
void for_each_bit(const ebitmap_t& map, F&& each) {
  for (const auto* node = map.node; node != nullptr; node = node->next) {
    for (auto left = node->map; left != 0; left &= left - 1) {
      each(node->startbit + static_cast<std::uint32_t>(__builtin_ctzll(left)));
    }
  }
}

/// Calls `each(type)` for a type, or for each type that has the attribute.
template <typename F>
void for_each_type(const policydb_t& db, std::uint32_t type, F&& each) {
  if (db.type_val_to_struct[type - 1]->flavor != TYPE_ATTRIB) each(type);
  for_each_bit(db.attr_type_map[type - 1], [&](std::uint32_t bit) { each(bit + 1); });
}

/// Whether a rule about `rule_type` is about `type`, too: it is that one, or an attribute that it has.
[[nodiscard]] inline bool is_about(const policydb_t& db, std::uint32_t rule_type, std::uint32_t type) {
  return rule_type == type || ebitmap_get_bit(&db.type_attr_map[type - 1], rule_type - 1) != 0;
}

/// Whether a rule with this key and data allows one of the permissions that are asked for here, to ports.
[[nodiscard]] bool allows_ports(const Policy& policy, const avtab_key_t& key, const avtab_datum_t& datum);

/// Who the subject is, or would be once started: EINVAL when the policy does not know it.
[[nodiscard]] Result<Context> context_of(Policy& policy, const selinux::Subject& subject);

/// What it may do towards the types of `targets`, and which booleans would change that.
[[nodiscard]] selinux::DomainRules rules_of(Policy& policy, const Context& subject,
                                            const std::vector<Context>& targets);

/// What flipping the boolean, which is at its present value, would give the domain: `port_grants` and `other_grants`.
void count_grants(Policy& policy, std::uint32_t domain, std::uint32_t boolean, selinux::BooleanEffect& effect);

/// How many domains may use each of these types.
[[nodiscard]] std::map<std::string, selinux::TypeUsers, std::less<>> users_of(const Policy& policy,
                                                                              const std::vector<Context>& ports);

}  // namespace preflight::sepol
