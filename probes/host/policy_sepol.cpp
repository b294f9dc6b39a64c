// SPDX-License-Identifier: Apache-2.0
// libsepol's security server: it answers as the kernel does, rules, booleans, roles and constraints together, but for
// permissive domains, which it does not know.
#include "probes/host/policy_sepol.h"

#include <cstring>
#include <utility>

namespace preflight::sepol {
namespace {

constexpr std::uint32_t kMagic = SELINUX_MAGIC;
constexpr std::string_view kName = "SE Linux";

/// A number of the header: little-endian, wherever it was written.
std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// The version that the header tells; 0 when these bytes are no kernel policy at all.
std::uint32_t version_of(std::string_view bytes) {
  const std::size_t at = 8 + kName.size();
  if (bytes.size() < at + 4 || number_at(bytes, 0) != kMagic || bytes.substr(8, kName.size()) != kName) return 0;
  return number_at(bytes, at);
}

}  // namespace

Policy::Policy() = default;

Policy::~Policy() {
  sepol_sidtab_destroy(&contexts_);
  policydb_destroy(&db_);
}

Result<std::unique_ptr<Policy>> Policy::load(std::string bytes, const std::string& object) {
  const auto version = version_of(bytes);
  if (version == 0) return fail(std::errc::bad_message, object, "is no SELinux policy of a kernel");
  const auto newest = static_cast<std::uint32_t>(sepol_policy_kern_vers_max());
  if (version > newest) {
    return fail(std::errc::not_supported, object,
                "has version " + std::to_string(version) + ", and we read up to " + std::to_string(newest));
  }
  sepol_debug(0);  // it would write to standard error
  std::unique_ptr<Policy> policy(new Policy());
  policy->bytes_ = std::move(bytes);
  if (policydb_init(&policy->db_) != 0 || sepol_sidtab_init(&policy->contexts_) != 0) throw std::bad_alloc();
  policy_file_t file{};
  policy_file_init(&file);
  file.type = PF_USE_MEMORY;
  file.data = policy->bytes_.data();
  file.len = policy->bytes_.size();
  auto& db = policy->db_;
  const bool read = policydb_read(&db, &file, 0) == 0 && db.policy_type == POLICY_KERN &&
                    db.target_platform == SEPOL_TARGET_SELINUX && db.type_attr_map != nullptr &&
                    db.attr_type_map != nullptr;
  if (!read) return fail(std::errc::bad_message, object, "is damaged, or too old for us");
  policy->bytes_.clear();
  policy->bytes_.shrink_to_fit();
  (void)sepol_set_policydb(&db);
  (void)sepol_set_sidtab(&policy->contexts_);
  for (std::size_t i = 0; i < selinux::kAccesses; ++i) {
    const auto access = static_cast<Access>(i);
    const std::string name(selinux::class_of(access));
    const std::string permission(selinux::permission_of(access));
    auto& number = policy->classes_.at(i);
    if (sepol_string_to_security_class(name.c_str(), &number) != 0) continue;
    (void)sepol_string_to_av_perm(number, permission.c_str(), &policy->bits_.at(i));
  }
  return policy;
}

std::uint32_t Policy::type(const std::string& name) const {
  const auto* const found = static_cast<const type_datum_t*>(hashtab_search(db_.p_types.table, name.c_str()));
  return found == nullptr || found->flavor == TYPE_ATTRIB ? 0 : found->s.value;
}

Result<Context> Policy::parse(const std::string& context) {
  sepol_security_id_t number = 0;
  const bool known = sepol_context_to_sid(context.c_str(), context.size() + 1, &number) == 0;
  const auto* const found = known ? sepol_sidtab_search(&contexts_, number) : nullptr;
  if (found == nullptr) return fail(std::errc::invalid_argument, context, "is no context of this policy");
  return Context(*found);
}

sepol_security_id_t Policy::add(const context_struct_t& context) {
  Context copy(context);
  const auto number = contexts_.next_sid;  // parse() has taken some of these numbers, too
  if (sepol_sidtab_insert(&contexts_, number, &copy.get()) != 0) throw std::bad_alloc();
  return number;
}

std::uint32_t Policy::allowed(sepol_security_id_t source, sepol_security_id_t target,
                              std::uint16_t target_class) const {
  sepol_av_decision decision{};
  if (target_class == 0 || sepol_compute_av(source, target, target_class, 0, &decision) != 0) return 0;
  return decision.allowed;
}

bool Policy::set_boolean(const std::string& name, bool value) {
  auto* const found = static_cast<cond_bool_datum_t*>(hashtab_search(db_.p_bools.table, name.c_str()));
  if (found == nullptr) return false;
  found->state = value ? 1 : 0;
  return evaluate_conds(&db_) == 0;
}

}  // namespace preflight::sepol
