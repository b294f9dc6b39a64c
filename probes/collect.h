// SPDX-License-Identifier: Apache-2.0
// Reads a host once, as far as the checks of this run need it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "probes/facts.h"
#include "probes/host/host_view.h"

namespace preflight {

/// A source of facts that a check declares; a source no check needs is not read.
enum class Need : std::uint8_t {
  verdict,     // haproxy -c
  unit,        // properties of the unit
  listeners,   // listening TCP and bound UDP sockets
  port_users,  // other sockets on the wanted ports, with owners
  outgoing,    // connections towards the servers
  netstat,
  sockstat,
  conntrack,
  local_addresses,
  memory,      // of the host, and what control groups allow
  cpus,        // CPU time that control groups allow
  interfaces,  // where a configuration names one
  paths,       // files, directories and sockets that the configuration names
  unit_boot,   // what the unit's files and the manager's make of its limit of descriptors
  pam_limits,  // what limits.conf gives to sessions
  selinux,     // its state, its store, and what its policy lets haproxy do at ports
  denials,     // what SELinux denied haproxy, from the audit log or the kernel's
  boot,        // what sysctl.d and its loaders make of the keys at the next boot, and who else writes them
};

/// From these shares of a tuple's source ports on, connections are looked at: checks cannot judge lower ones.
inline constexpr std::int64_t kBusyPercent = 50;      // in use: where connect(2) gets slow
inline constexpr std::int64_t kTimeWaitPercent = 30;  // in TIME_WAIT

struct CollectRequest {
  std::set<Need> needs;
  std::set<std::string, std::less<>> sysctls;
  std::vector<std::string> configs;  // --config
  std::string instance;              // --instance
  /// Between two samples of what only a difference can prove. Absent: two seconds, and only where an instance runs
  /// and the first sample shows drops at all; 0: never.
  std::optional<std::chrono::milliseconds> sample{};
  std::chrono::milliseconds owners_deadline{1000};
};

/// The snapshot; an error only when the request itself names what cannot be had (--config, --instance).
[[nodiscard]] Result<Facts> collect(const HostView& host, const CollectRequest& request);

}  // namespace preflight
