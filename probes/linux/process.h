// SPDX-License-Identifier: Apache-2.0
// One process as /proc/PID shows it. A process may die or its number be reused while it is read: the start time is read
// before and after, and a process that changed is reported as gone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

struct Limits {
  std::uint64_t soft = 0;  // kUnlimited for "unlimited"
  std::uint64_t hard = 0;
  friend bool operator==(const Limits&, const Limits&) = default;
};

/// CAP_SYS_RESOURCE, CAP_NET_BIND_SERVICE, ... as bit numbers of capability.h.
inline constexpr unsigned kCapChown = 0;
inline constexpr unsigned kCapDacOverride = 1;
inline constexpr unsigned kCapDacReadSearch = 2;
inline constexpr unsigned kCapFowner = 3;
inline constexpr unsigned kCapSetgid = 6;
inline constexpr unsigned kCapSetuid = 7;
inline constexpr unsigned kCapNetBindService = 10;
inline constexpr unsigned kCapNetAdmin = 12;
inline constexpr unsigned kCapNetRaw = 13;
inline constexpr unsigned kCapSysChroot = 18;
inline constexpr unsigned kCapSysResource = 24;

/// Whether a set of capabilities, one bit each, has this one (capability.h numbers them).
[[nodiscard]] constexpr bool holds(std::uint64_t set, unsigned capability) { return ((set >> capability) & 1U) != 0; }

struct Capabilities {
  std::uint64_t effective = 0;
  std::uint64_t permitted = 0;
  std::uint64_t bounding = 0;
  [[nodiscard]] bool has(unsigned capability) const { return holds(effective, capability); }
};

struct ProcessFacts {
  pid_t pid = 0;
  pid_t parent = 0;
  std::uint64_t start_time = 0;  // clock ticks since boot
  std::string command;           // comm
  std::vector<std::string> arguments;
  std::uint32_t uid = 0;  // effective
  std::uint32_t gid = 0;
  std::int64_t threads = 0;
  Result<std::int64_t> cpus = unread("status");    // in the affinity mask of its first thread
  Result<std::string> executable = unread("exe");  // target of /proc/PID/exe
  Result<std::string> working_directory = unread("cwd");
  Result<Limits> nofile = unread("limits");
  Result<std::uint64_t> open_descriptors = unread("fd");
  Result<Capabilities> capabilities = unread("status");
  Result<std::string> network_namespace = unread("ns/net");  // "net:[4026531840]"
  Result<std::string> mount_namespace = unread("ns/mnt");
  Result<std::string> control_groups = unread("cgroup");  // the text of /proc/PID/cgroup
  Result<std::string> unit = unread("cgroup");            // "haproxy.service", empty when it belongs to no unit
  Result<std::map<std::string, std::string, std::less<>>> environment = unread("environ");
};

/// The words a process was started with, none of a zombie; ESRCH when there is no such process.
[[nodiscard]] Result<std::vector<std::string>> read_arguments(const HostView& host, pid_t pid);

/// Everything about one process, or ESRCH when it went away meanwhile.
[[nodiscard]] Result<ProcessFacts> read_process(const HostView& host, pid_t pid);

/// Whether it has gone away since it was read.
[[nodiscard]] bool is_gone(const HostView& host, const ProcessFacts& process);

/// Soft and hard limit of open files, from /proc/PID/limits.
[[nodiscard]] Result<Limits> read_nofile(const HostView& host, pid_t pid);

/// Who we are while looking.
struct Identity {
  std::uint32_t uid = 0;  // effective
  Capabilities capabilities;
};

/// From /proc/self/status.
[[nodiscard]] Result<Identity> read_identity(const HostView& host);

/// The processes whose comm begins with `prefix`; a /proc that hides other users' processes is an error.
[[nodiscard]] Result<std::vector<pid_t>> find_processes(const HostView& host, std::string_view prefix);

/// Which unit owns a process, from the text of /proc/PID/cgroup (either hierarchy); empty for none.
[[nodiscard]] std::string unit_of_cgroup(std::string_view text);

}  // namespace preflight
