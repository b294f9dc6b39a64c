// SPDX-License-Identifier: Apache-2.0
// Root has every capability of its bounding set; a unit with User= has those of AmbientCapabilities= (capabilities(7)).
#include "policies/starter.h"

#include <functional>
#include <limits>
#include <map>
#include <optional>

#include "probes/base/text.h"
#include "probes/haproxy/service_user.h"
#include "probes/linux/capability_names.h"

namespace preflight {
namespace {

/// A unit that runs shows what its manager could give; for a stopped one our own bounding set is a hint: in a container
/// both lack the same, but we alone may have been bounded.
Result<bool> manager_has(const haproxy::InstanceFacts& instance, const HostFacts& host, unsigned capability) {
  if (const auto* head = instance.head(); head != nullptr && head->capabilities) {
    return holds(head->capabilities->bounding, capability);
  }
  if (host.kind != HostKind::live || holds(host.capabilities.bounding, capability)) return true;
  return fail(std::errc::operation_not_permitted, capability_name(capability),
              "not in our own bounding set, so it cannot be told whether the service manager has it");
}

Result<bool> unit_has(const haproxy::InstanceFacts& instance, const HostFacts& host, unsigned capability) {
  const auto& unit = *instance.unit;
  const bool given = haproxy::starts_as_root(unit) || holds(unit.ambient_capabilities, capability);
  if (!given || !holds(unit.capability_bounding_set, capability)) return false;
  return manager_has(instance, host, capability);
}

/// Started by hand. `user` makes a process that root started drop its capabilities; only the bounding set stays.
Result<bool> process_has(const haproxy::InstanceFacts& instance, unsigned capability) {
  const auto& head = *instance.head();
  if (!head.capabilities) return tl::make_unexpected(head.capabilities.error());
  if (head.capabilities->has(capability)) return true;
  return haproxy::dropped_root(instance) && holds(head.capabilities->bounding, capability);
}

using Numbers = std::map<std::string, Result<std::uint32_t>, std::less<>>;

/// The number behind a name of the configuration; nothing where it was not looked up and is no number itself.
Result<std::optional<std::uint32_t>> number_of(const std::string& name, const Numbers& numbers) {
  if (name == "root" || name == "0") return std::optional<std::uint32_t>(0);
  const auto known = numbers.find(name);
  if (known == numbers.end()) {
    const auto number = parse_integer(name);
    const bool fits = number && *number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max();
    return fits ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
  }
  if (!known->second) return tl::make_unexpected(known->second.error());
  return std::optional<std::uint32_t>(*known->second);
}

const Numbers& none() {
  static const Numbers numbers;
  return numbers;
}

}  // namespace

Result<Account> starter_of(const haproxy::InstanceFacts& instance) {
  if (instance.unit && haproxy::starts_as_root(*instance.unit)) return Account{};
  if (!instance.files) return tl::make_unexpected(instance.files.error());
  return instance.files->starter;
}

Result<bool> is_starter(const haproxy::InstanceFacts& instance, const std::string& user) {
  const auto starter = starter_of(instance);
  if (!starter) return tl::make_unexpected(starter.error());
  const auto number = number_of(user, instance.files ? instance.files->users : none());
  if (!number) return tl::make_unexpected(number.error());
  return *number == starter->uid;
}

Result<bool> is_starters(const haproxy::InstanceFacts& instance, const std::string& group, Membership membership) {
  const auto starter = starter_of(instance);
  if (!starter) return tl::make_unexpected(starter.error());
  const auto number = number_of(group, instance.files ? instance.files->groups : none());
  if (!number) return tl::make_unexpected(number.error());
  if (!*number) return false;
  return starter->gid == **number || (membership == Membership::any && starter->in_group(**number));
}

std::string starter_text(const haproxy::InstanceFacts& instance) {
  const auto starter = starter_of(instance);
  if (starter && starter->uid == 0) return "root";
  if (instance.unit) return "user " + instance.unit->user;
  return starter ? "user " + std::to_string(starter->uid) : "an unknown user";
}

Result<bool> starter_has(const haproxy::InstanceFacts& instance, const Facts& facts, unsigned capability) {
  if (instance.unit) return unit_has(instance, facts.host, capability);
  if (instance.running()) return process_has(instance, capability);
  return tl::make_unexpected(instance.unit.error());
}

}  // namespace preflight
