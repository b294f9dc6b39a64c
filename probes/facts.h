// SPDX-License-Identifier: Apache-2.0
// The snapshot: everything a run knows of the host, read once, so that two checks never see two hosts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/haproxy/instances.h"
#include "probes/linux/counters.h"
#include "probes/linux/memory.h"
#include "probes/linux/pam_limits.h"
#include "probes/linux/selinux.h"
#include "probes/linux/socket_entry.h"
#include "probes/linux/sysctl.h"
#include "probes/linux/sysctl_boot.h"
#include "probes/linux/sysctl_writers.h"

namespace preflight {

/// Who we are while looking, and at what.
struct HostFacts {
  HostKind kind = HostKind::live;
  std::string name;    // kernel.hostname
  std::string system;  // "Debian GNU/Linux 12 (bookworm)"
  std::uint32_t euid = 0;
  Capabilities capabilities;
  bool systemd = false;  // systemd is the service manager here
  /// The service manager's own limits of open files. Read where it lacks CAP_SYS_RESOURCE (a container) and a service
  /// is not running yet: it can give no service more than it has, and cuts LimitNOFILE= without an error.
  std::optional<Result<Limits>> manager_nofile{};
  Result<Memory> memory = unread("/proc/meminfo");
  /// The lines for nofile of limits.conf and limits.d, which a service of systemd never sees.
  Result<std::vector<PamLimit>> pam_nofile = unread("/etc/security/limits.conf");
};

/// A socket on a port that a configuration wants, with the processes that hold it.
struct PortUser {
  SocketEntry socket;
  std::vector<SocketOwner> owners;
  bool owners_complete = true;
};

/// Two values of what only a difference can prove.
struct Sample {
  std::chrono::milliseconds apart{0};
  Result<Counters> netstat = unread("/proc/net/netstat");
  Result<std::vector<SocketEntry>> listeners = unread("listeners");
  Result<Counters> conntrack = unread("/proc/net/stat/nf_conntrack");
};

/// What is read per network namespace; every Result starts as "not asked".
struct NetworkFacts {
  Netns netns;
  std::string id;  // "net:[4026531840]"
  Sysctls sysctls;
  Result<std::vector<SocketEntry>> tcp_listeners = unread("listeners");
  Result<std::vector<SocketEntry>> udp_sockets = unread("udp sockets");
  /// Listeners, UDP sockets and connections on the wanted ports, owners looked up.
  Result<std::vector<PortUser>> port_users = unread("ports");
  /// Connections towards the wanted destinations, counted by (local address, remote address, remote port); absent
  /// where the cheap bounds (`open_descriptors`, `TCP.tw`) already prove that no tuple can be busy.
  std::optional<Result<std::vector<SocketEntry>>> outgoing{};
  Result<Counters> netstat = unread("/proc/net/netstat");
  Result<Counters> sockstat = unread("/proc/net/sockstat");
  Result<Counters> conntrack = unread("/proc/net/stat/nf_conntrack");
  /// Whether each wanted specific address may be bound here.
  std::map<IpAddress, Result<bool>> local_addresses;
  /// The interfaces there are; absent where no configuration names one.
  std::optional<Result<std::set<std::string>>> interfaces{};
  Sample sample;
};

struct Facts {
  HostFacts host;
  Sysctls sysctls;  // fs.*: the same in every namespace
  /// What the next boot makes of every key of this run, whatever its namespace: the loaders run in the first one.
  Result<SysctlBoot> sysctl_boot = unread("sysctl.d");
  /// Who writes keys of this run once the boot loader has.
  Result<std::vector<SysctlWriter>> sysctl_writers = unread("owners of sysctls");
  /// Absent where the host runs without SELinux, or nobody asked.
  std::optional<SelinuxFacts> selinux{};
  std::vector<haproxy::InstanceFacts> instances;
  /// What could not be looked for: an unreadable /proc, a unit that could not be asked.
  std::vector<Error> blind_spots;
  std::vector<NetworkFacts> networks;

  /// The namespace an instance lives in; always present.
  [[nodiscard]] const NetworkFacts& network_of(const haproxy::InstanceFacts& instance) const;
};

}  // namespace preflight
