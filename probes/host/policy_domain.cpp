// SPDX-License-Identifier: Apache-2.0
// Who haproxy is to a policy: the context it has, or what its starter's becomes when it executes that program
// (type_transition).
#include "probes/host/policy_sepol.h"

namespace preflight::sepol {
namespace {

/// "bin_t" of "system_u:object_r:bin_t:s0", and of "bin_t".
std::string type_in(const std::string& context) {
  const auto user = context.find(':');
  const auto role = user == std::string::npos ? user : context.find(':', user + 1);
  if (role == std::string::npos) return context;
  return context.substr(role + 1, context.find(':', role + 1) - role - 1);
}

Result<std::uint32_t> type_number(const Policy& policy, const std::string& context) {
  const auto name = type_in(context);
  const auto type = policy.type(name);
  if (type == 0) return fail(std::errc::invalid_argument, name, "is no type of this policy");
  return type;
}

/// Some role that may be of this type; the kernel's own is first.
std::uint32_t role_with(const policydb_t& db, std::uint32_t type) {
  for (std::uint32_t role = 1; role <= db.p_roles.nprim; ++role) {
    const auto* const datum = db.role_val_to_struct[role - 1];
    if (datum != nullptr && ebitmap_get_bit(&datum->types.types, type - 1) != 0) return role;
  }
  return 0;
}

const user_datum_t* user_with(const policydb_t& db, std::uint32_t role) {
  for (std::uint32_t user = 1; user <= db.p_users.nprim; ++user) {
    const auto* const datum = db.user_val_to_struct[user - 1];
    if (datum != nullptr && ebitmap_get_bit(&datum->roles.roles, role - 1) != 0) return datum;
  }
  return nullptr;
}

/// A context of this type that is valid, where no process shows one.
Result<Context> some_context(const Policy& policy, std::uint32_t type) {
  const auto& db = policy.db();
  const auto role = role_with(db, type);
  const auto* const user = role == 0 ? nullptr : user_with(db, role);
  if (user == nullptr) return fail(std::errc::invalid_argument, policy.type_name(type), "has no role in this policy");
  Context context;
  context.get().user = user->s.value;
  context.get().role = role;
  context.get().type = type;
  if (mls_level_cpy(&context.get().range.level[0], &user->exp_dfltlevel) < 0) throw std::bad_alloc();
  if (mls_level_cpy(&context.get().range.level[1], &user->exp_dfltlevel) < 0) throw std::bad_alloc();
  return context;
}

/// What a process of type `starter` becomes when it executes a program of that type; itself without a rule.
std::uint32_t after_transition(Policy& policy, std::uint32_t starter, std::uint32_t program) {
  auto& db = policy.db();
  avtab_key_t key{static_cast<std::uint16_t>(starter), static_cast<std::uint16_t>(program),
                  static_cast<std::uint16_t>(db.process_class), AVTAB_TRANSITION};
  if (const auto* const always = avtab_search(&db.te_avtab, &key); always != nullptr) return always->data;
  for (auto* node = avtab_search_node(&db.te_cond_avtab, &key); node != nullptr;
       node = avtab_search_node_next(node, key.specified)) {
    if ((node->key.specified & AVTAB_ENABLED) != 0) return node->datum.data;
  }
  return starter;
}

}  // namespace

Result<Context> context_of(Policy& policy, const selinux::Subject& subject) {
  const bool is_type = type_in(subject.context) == subject.context;
  const auto starter = type_number(policy, subject.context);
  if (!starter) return tl::make_unexpected(starter.error());
  auto type = *starter;
  if (!subject.executable.empty()) {
    const auto program = type_number(policy, subject.executable);
    if (!program) return tl::make_unexpected(program.error());
    type = after_transition(policy, type, *program);
  }
  if (is_type) return some_context(policy, type);
  auto context = policy.parse(subject.context);
  if (context) context->get().type = type;
  return context;
}

}  // namespace preflight::sepol
