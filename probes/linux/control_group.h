// SPDX-License-Identifier: Apache-2.0
// Control groups (cgroups(7)) bound the memory and the CPU time of all their processes together, and every group lies
// inside another one: what holds for a process is the tightest limit on the way up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// One limit, and what sets it: "/sys/fs/cgroup/system.slice/memory.max", "MemoryMax= of haproxy.service".
struct GroupLimit {
  std::uint64_t value = 0;  // bytes, or microseconds of CPU time a second
  std::string source;
  friend bool operator==(const GroupLimit&, const GroupLimit&) = default;
};

/// Nothing where no group sets a limit.
using GroupBound = Result<std::optional<GroupLimit>>;

/// Memory in bytes that the groups of `membership`, the text of /proc/PID/cgroup, allow: memory.max of the unified
/// hierarchy, memory.limit_in_bytes of the older one.
[[nodiscard]] GroupBound memory_limit(const HostView& host, std::string_view membership);

/// CPU time in microseconds a second that they allow: cpu.max, or cpu.cfs_quota_us and cpu.cfs_period_us.
[[nodiscard]] GroupBound cpu_quota(const HostView& host, std::string_view membership);

/// The membership of a process that lived in that slice of the same hierarchies; "-.slice" is their root, and
/// "a-b.slice" lies inside "a.slice" (systemd.slice(5)).
[[nodiscard]] std::string moved_to_slice(std::string_view membership, std::string_view slice);

/// The tighter of the two; an error where one of them is not known.
[[nodiscard]] GroupBound tighter(GroupBound a, GroupBound b);

}  // namespace preflight
