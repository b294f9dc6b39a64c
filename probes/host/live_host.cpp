// SPDX-License-Identifier: Apache-2.0
// The live half of the reading door, put together from its parts: nothing here knows how a fact is read, only by whom.
#include "probes/host/live_host.h"

#include <linux/netlink.h>

#include <string_view>
#include <thread>
#include <utility>

#include "probes/host/command.h"
#include "probes/host/files.h"
#include "probes/host/log_lines.h"
#include "probes/host/policy_file.h"
#include "probes/host/route.h"
#include "probes/host/sock_diag.h"
#include "probes/host/socket_owners.h"
#include "probes/host/systemd_bus.h"

namespace preflight {
namespace {

/// /proc/net is that of the process's first thread; setns(2) moved the calling one.
std::string seen_by_this_thread(const std::string& path) {
  constexpr std::string_view kNet = "/proc/net/";
  return path.rfind(kNet, 0) == 0 ? "/proc/thread-self/net/" + path.substr(kNet.size()) : path;
}

/// Asks over a socket that is opened on first use and thrown away after an error, with whatever it still holds.
template <typename F>
auto ask(const OpenNetns& netns, std::optional<netlink::Socket>& socket, int protocol, const char* name, F&& question)
    -> decltype(question(*socket)) {
  if (!socket) {
    auto opened = netns.run([&] { return netlink::Socket::open(protocol, name); });
    if (!opened) return tl::make_unexpected(std::move(opened.error()));
    socket.emplace(std::move(*opened));
  }
  auto answer = std::forward<F>(question)(*socket);
  if (!answer) socket.reset();
  return answer;
}

}  // namespace

Result<LiveHost::Network*> LiveHost::network(Netns netns) const {
  const auto known = networks_.find(netns.pid);
  if (known != networks_.end()) return &known->second;
  auto opened = OpenNetns::open(netns);
  if (!opened) return tl::make_unexpected(std::move(opened.error()));
  return &networks_.emplace(netns.pid, Network{std::move(*opened)}).first->second;
}

Result<std::string> LiveHost::read_inside(const Network& network, const std::string& path) {
  if (network.netns.ours()) return read_file(path, kReadLimit);
  return network.netns.run([&] { return read_file(seen_by_this_thread(path), kReadLimit); });
}

Result<std::string> LiveHost::read(const std::string& path, std::size_t limit) const { return read_file(path, limit); }

Result<std::string> LiveHost::read_in(Netns netns, const std::string& path) const {
  const auto there = network(netns);
  if (!there) return tl::make_unexpected(there.error());
  return read_inside(**there, path);
}

Result<std::vector<std::string>> LiveHost::list(const std::string& path) const { return list_directory(path); }

Result<std::vector<std::string>> LiveHost::list_links(const std::string& path) const {
  return list_links_of_directory(path);
}

Result<FileStatus> LiveHost::status(const std::string& path) const { return file_status(path); }

Result<std::string> LiveHost::link(const std::string& path) const { return read_link(path); }

Result<std::string> LiveHost::lines_with(const std::string& path, const std::vector<std::string>& words,
                                         std::size_t limit) const {
  return log_lines(path, words, limit);
}

Result<std::string> LiveHost::label(const std::string& path) const { return file_label(path); }

Result<selinux::PolicyAnswer> LiveHost::policy(const selinux::PolicyQuestion& question) const {
  return ask_policy_file(question.path, question);
}

Result<std::vector<SocketEntry>> LiveHost::sockets(Netns netns, const SocketQuery& query) const {
  const auto there = network(netns);
  if (!there) return tl::make_unexpected(there.error());
  return ask((*there)->netns, (*there)->diag, NETLINK_SOCK_DIAG, "sock_diag",
             [&](netlink::Socket& socket) { return list_sockets(socket, query); });
}

Result<bool> LiveHost::is_local(Netns netns, const IpAddress& address) const {
  if (address.is_any()) return true;
  const auto there = network(netns);
  if (!there) return tl::make_unexpected(there.error());
  const auto plain = without_mapping(address);
  if (plain.family == IpFamily::v4) {
    return ask((*there)->netns, (*there)->route, NETLINK_ROUTE, "rtnetlink",
               [&](netlink::Socket& socket) { return is_local_v4(socket, plain); });
  }
  const auto configured = read_inside(**there, "/proc/net/if_inet6");
  // A kernel without IPv6 has no such file and lets no IPv6 address be bound.
  if (!configured && configured.error().code == std::errc::no_such_file_or_directory) return false;
  if (!configured) return tl::make_unexpected(configured.error());
  return is_local_v6(*configured, plain);
}

SocketOwners LiveHost::owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& first,
                              std::chrono::milliseconds deadline) const {
  return find_owners(inodes, first, deadline);
}

Result<UnitProperties> LiveHost::unit(const std::string& name) const { return unit_from_systemd(name); }

Result<std::unique_ptr<PendingCommand>> LiveHost::start(const Command& command) const { return start_command(command); }

std::int64_t LiveHost::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
}

void LiveHost::wait(std::chrono::milliseconds duration) const { std::this_thread::sleep_for(duration); }

}  // namespace preflight
