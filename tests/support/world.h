// SPDX-License-Identifier: Apache-2.0
// A host made of values, for tests of demand and checks: healthy until a test changes something.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/check.h"

namespace preflight::test {

/// A Debian 12 host as root: kernel defaults, haproxy 2.6.12 in haproxy.service, stopped, limits 1024:524288, starter
/// with every capability, 8 GB of memory and 4 CPUs. Its configuration is healthyConfig().
class World {
 public:
  World();

  /// A configuration that such a host can carry: maxconn 2000, two binds, two servers.
  [[nodiscard]] static std::string_view healthy_config();

  /// One that asks for an accept queue of 30,000: more than the kernel's own 4096.
  [[nodiscard]] static std::string_view long_queues();

  World& config(std::string_view text);
  /// The configuration cannot be read.
  World& no_config();
  /// A second sample of the listeners, the same as the first; to be changed by the test.
  std::vector<SocketEntry>& sampled();
  /// Both of fs.* and of the network.
  World& sysctl(std::string_view key, std::string_view value);
  World& no_sysctl(std::string_view key, std::errc code = std::errc::permission_denied);
  /// What sets the demanded sysctls at boot: files of sysctl.d, or /etc/sysctl.conf, as path and content. A healthy
  /// host has none.
  World& sysctl_files(const std::vector<std::pair<std::string, std::string>>& files);
  /// haproxy runs: a master (pid 100) and one worker (pid 101) with these limits; the healthy binds are listened on.
  World& running(Limits nofile = {4040, 524288});
  /// A TCP listener; with `owner_pid` 0 nobody is seen to hold it. Its inode is returned.
  std::uint64_t listener(std::string_view address, std::uint16_t port, pid_t owner_pid, std::string_view owner,
                         std::uint32_t queue_limit = 4096);
  /// A connection from local to remote in that state.
  World& connection(std::string_view local, std::uint16_t local_port, std::string_view remote,
                    std::uint16_t remote_port, SocketState state = SocketState::established);
  /// A connection whose local port somebody wants to listen on; with `owner_pid` 0 nobody is seen to hold it.
  World& squatter(std::string_view local, std::uint16_t local_port, pid_t owner_pid, std::string_view owner,
                  SocketState state = SocketState::established);

  /// What stands at a path that the configuration names, in directories that everybody may enter.
  World& path(std::string_view path, FileKind kind, std::uint32_t mode = 0644, Account owner = {});
  /// Nothing stands there, or it cannot be looked at.
  World& no_path(std::string_view path, std::errc code = std::errc::no_such_file_or_directory);
  /// The same for a log socket, as a worker sees it.
  World& log_socket(std::string_view path, FileKind kind = FileKind::socket);
  World& no_log_socket(std::string_view path, std::errc code = std::errc::no_such_file_or_directory);

  /// SELinux enforces, with a policy as Enterprise Linux has it: haproxy_t may bind and connect to http_port_t (80,
  /// 443, 8443, 9000), http_cache_port_t (8080, 10001-10010) and commplex_main_port_t (5000), connect to
  /// commplex_link_port_t (5001), and with haproxy_connect_any to every TCP port. 6379 is redis_port_t, the rest
  /// unreserved_port_t.
  World& enforcing();
  /// The same, to be changed by the test.
  [[nodiscard]] SelinuxFacts& selinux() { return *facts.selinux; }
  [[nodiscard]] selinux::DomainRules& rules() { return facts.selinux->loaded->domains.front(); }

  [[nodiscard]] haproxy::FileFacts& files() { return *instance().files; }
  [[nodiscard]] haproxy::InstanceFacts& instance() { return facts.instances.front(); }
  [[nodiscard]] NetworkFacts& network() { return facts.networks.front(); }

  /// The demand of the facts as they are now. Pointers in it reach into `facts`.
  [[nodiscard]] Demand demand() const { return compute_demand(facts); }
  /// The outcomes of one check, by its declared numbers.
  [[nodiscard]] Outcomes judge(const Check& check) const;

  Facts facts;
};

/// The single outcome about a subject; fails the test and returns Unknown when there is none, or several.
[[nodiscard]] Outcome outcome_about(const Outcomes& outcomes, std::string_view subject);

/// "pass", "error", "warning", "info", "not applicable" or "unknown".
[[nodiscard]] std::string verdict(const Outcome& outcome);

/// The worst of a list, in the same words; "nothing" for an empty list. A healthy host gives "pass" or "not
/// applicable".
[[nodiscard]] std::string worst(const Outcomes& outcomes);

/// The detail of a pass or a failure; an empty one otherwise.
[[nodiscard]] Detail detail_of(const Outcome& outcome);

}  // namespace preflight::test
