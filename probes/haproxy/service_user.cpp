// SPDX-License-Identifier: Apache-2.0
// A process that dropped root shows only who it is now; its unit, or the `user` it obeyed, tells who started it.
#include "probes/haproxy/service_user.h"

#include "probes/linux/accounts.h"

namespace preflight::haproxy {
namespace {

bool is_root(const std::string& user) { return user.empty() || user == "root" || user == "0"; }

bool names_a_user(const Global& global) {
  if (global.user) return !is_root(global.user->value);
  return global.uid && global.uid->value != 0;
}

}  // namespace

bool starts_as_root(const UnitProperties& unit) { return is_root(unit.user); }

bool dropped_root(const InstanceFacts& instance) {
  const auto* head = instance.head();
  if (head == nullptr || head->uid == 0 || !instance.config || !names_a_user(instance.config->global)) return false;
  return !head->capabilities || holds(head->capabilities->bounding, kCapSetuid);
}

Result<Account> starter_of(const HostView& host, const InstanceFacts& instance) {
  if (instance.unit) {
    const auto& unit = *instance.unit;
    if (starts_as_root(unit)) return Account{};
    return find_account(host, {unit.user, unit.group, unit.supplementary_groups});
  }
  const auto* head = instance.head();
  if (head == nullptr) return tl::make_unexpected(instance.unit.error());
  return dropped_root(instance) ? Account{} : Account{head->uid, head->gid};
}

Result<Account> worker_of(const HostView& host, const InstanceFacts& instance, const Result<Account>& starter) {
  const auto workers = instance.workers();
  if (!workers.empty()) return Account{workers.front()->uid, workers.front()->gid};
  const auto& global = instance.config->global;
  if (!global.user && !global.uid) return starter;
  const std::string user = global.user ? global.user->value : std::to_string(global.uid->value);
  const std::string group = global.group ? global.group->value : global.gid ? std::to_string(global.gid->value) : "";
  auto found = find_account(host, {user, group, {}});
  if (found) found->groups.clear();  // haproxy gives its supplementary groups up
  return found;
}

}  // namespace preflight::haproxy
