// SPDX-License-Identifier: Apache-2.0
// The group of a stopped service does not exist; its own limits are properties of its unit, those around it are files
// of its slice.
#include "probes/haproxy/resources.h"

namespace preflight::haproxy {
namespace {

GroupBound bound_of(const HostView& host, std::string_view membership, Resource wanted) {
  return wanted == Resource::memory ? memory_limit(host, membership) : cpu_quota(host, membership);
}

/// What the unit will set for its own group.
GroupBound bound_of(const UnitProperties& unit, Resource wanted) {
  const auto& value = wanted == Resource::memory ? unit.memory_max : unit.cpu_quota;
  const std::string setting = (wanted == Resource::memory ? "MemoryMax= of " : "CPUQuota= of ") + unit.name;
  if (!value) return fail(std::errc::no_message_available, setting, "not told");
  if (*value == kUnlimited) return std::nullopt;
  return GroupLimit{*value, setting};
}

}  // namespace

GroupBound read_bound(const HostView& host, const InstanceFacts& instance, Resource wanted) {
  if (const auto* head = instance.head(); head != nullptr) {
    if (!head->control_groups) return tl::make_unexpected(head->control_groups.error());
    return bound_of(host, *head->control_groups, wanted);
  }
  const auto ours = host.read("/proc/self/cgroup");
  if (!ours) return tl::make_unexpected(ours.error());
  const bool managed = instance.unit && instance.unit_source == UnitSource::systemd;
  if (!managed) return bound_of(host, moved_to_slice(*ours, "-.slice"), wanted);
  const auto& unit = *instance.unit;
  return tighter(bound_of(unit, wanted),
                 bound_of(host, moved_to_slice(*ours, unit.slice.empty() ? "-.slice" : unit.slice), wanted));
}

}  // namespace preflight::haproxy
