// SPDX-License-Identifier: Apache-2.0
// A live host made of values: files as in MapHost, and answers to the live questions, each of which is written down.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/map_host.h"

namespace preflight::test {

/// Answers in full whatever the query's filter says, as a kernel without filters would, but by protocol and state.
class ScriptedHost final : public MapHost {
 public:
  std::vector<SocketEntry> open_sockets;
  std::vector<SocketOwner> socket_owners;
  std::set<IpAddress> local_addresses;
  std::map<std::string, UnitProperties> units;
  CommandOutput output;  // of every program
  HostKind host_kind = HostKind::live;

  /// What was asked.
  mutable std::vector<SocketQuery> queries;
  mutable std::vector<std::vector<std::uint64_t>> owner_questions;
  mutable std::vector<std::chrono::milliseconds> deadlines;
  mutable std::vector<IpAddress> address_questions;
  mutable std::vector<std::string> unit_questions;
  mutable std::vector<Command> started;
  mutable std::vector<std::chrono::milliseconds> waits;

  [[nodiscard]] HostKind kind() const override { return host_kind; }
  [[nodiscard]] Result<std::vector<SocketEntry>> sockets(Netns /*netns*/, const SocketQuery& query) const override {
    queries.push_back(query);
    std::vector<SocketEntry> found;
    for (const auto& socket : open_sockets) {
      const bool state = ((query.states >> static_cast<unsigned>(socket.state)) & 1U) != 0;
      if (state && socket.protocol == query.protocol) found.push_back(socket);
    }
    return found;
  }
  [[nodiscard]] Result<bool> is_local(Netns /*netns*/, const IpAddress& address) const override {
    address_questions.push_back(address);
    return local_addresses.count(address) != 0;
  }
  [[nodiscard]] SocketOwners owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& /*first*/,
                                    std::chrono::milliseconds deadline) const override {
    owner_questions.push_back(inodes);
    deadlines.push_back(deadline);
    return {socket_owners, true, ""};
  }
  [[nodiscard]] Result<UnitProperties> unit(const std::string& name) const override {
    unit_questions.push_back(name);
    const auto found = units.find(name);
    if (found == units.end()) return fail(std::errc::no_such_file_or_directory, name, "no such unit");
    return found->second;
  }
  [[nodiscard]] Result<std::unique_ptr<PendingCommand>> start(const Command& command) const override {
    started.push_back(command);
    return std::unique_ptr<PendingCommand>(std::make_unique<Finished>(output));
  }
  void wait(std::chrono::milliseconds duration) const override { waits.push_back(duration); }

  /// Dumps of TCP that ask for connections, not only for listeners.
  [[nodiscard]] std::size_t connection_dumps() const {
    std::size_t count = 0;
    for (const auto& query : queries)
      count += query.protocol == Protocol::tcp && (query.states & kConnectedStates) != 0 ? 1U : 0U;
    return count;
  }
  void listener(const std::string& address, std::uint16_t port, std::uint64_t inode) {
    open_sockets.push_back(socket(SocketState::listen, address, port, inode));
  }
  void connection(const std::string& local, std::uint16_t port, std::uint64_t inode) {
    open_sockets.push_back(socket(SocketState::established, local, port, inode));
  }
  /// /proc/PID of a haproxy with this command line.
  void process(pid_t pid, const std::string& command_line, const std::string& cgroup, std::uint32_t uid = 0);

 private:
  class Finished final : public PendingCommand {
   public:
    explicit Finished(CommandOutput output) : output_(std::move(output)) {}
    Result<CommandOutput> finish() override { return output_; }

   private:
    CommandOutput output_;
  };

  static SocketEntry socket(SocketState state, const std::string& address, std::uint16_t port, std::uint64_t inode) {
    SocketEntry entry;
    entry.state = state;
    entry.local = parse_ip(address).value_or(IpAddress{});
    entry.local_port = port;
    entry.inode = inode;
    return entry;
  }
};

inline void ScriptedHost::process(pid_t pid, const std::string& command_line, const std::string& cgroup,
                                  std::uint32_t uid) {
  const auto at = "/proc/" + std::to_string(pid) + "/";
  const auto id = std::to_string(uid);
  std::string words = command_line + " ";
  for (auto& c : words) c = c == ' ' ? '\0' : c;
  files["/proc/1/comm"] = "systemd\n";
  files[at + "comm"] = "haproxy\n";
  files[at + "stat"] =
      std::to_string(pid) + " (haproxy) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " + std::to_string(100 + pid) + " 0\n";
  files[at + "status"] = "Uid:\t" + id + "\t" + id + "\t" + id + "\t" + id + "\nGid:\t" + id + "\t" + id + "\t" + id +
                         "\t" + id + "\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t0\n";
  files[at + "cmdline"] = words;
  files[at + "environ"] = "";
  files[at + "cgroup"] = "0::" + cgroup + "\n";
  files[at + "fd/0"] = "";
  links[at + "exe"] = "/usr/sbin/haproxy";
  links[at + "cwd"] = "/";
  links[at + "ns/net"] = "net:[1]";
  links[at + "ns/mnt"] = "mnt:[1]";
  links["/proc/self/ns/net"] = "net:[1]";
  links["/proc/self/ns/mnt"] = "mnt:[1]";
}

}  // namespace preflight::test
