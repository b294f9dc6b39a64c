// SPDX-License-Identifier: Apache-2.0
// The host we run on: files, sysctls of any network namespace, sockets, routes, units. Looking costs nothing until
// asked.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/host/host_view.h"
#include "probes/host/netlink.h"
#include "probes/host/netns.h"

namespace preflight {

/// A network namespace, once asked for by a process in it, is held open: all later answers come from the same one, even
/// when the process has ended meanwhile.
class LiveHost final : public HostView {
 public:
  [[nodiscard]] HostKind kind() const override { return HostKind::live; }

  using HostView::read;
  [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override;
  [[nodiscard]] Result<std::string> read_in(Netns netns, const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list_links(const std::string& path) const override;
  [[nodiscard]] Result<FileStatus> status(const std::string& path) const override;
  [[nodiscard]] Result<std::string> link(const std::string& path) const override;
  [[nodiscard]] Result<std::string> lines_with(const std::string& path, const std::vector<std::string>& words,
                                               std::size_t limit) const override;
  [[nodiscard]] Result<std::string> label(const std::string& path) const override;
  [[nodiscard]] Result<selinux::PolicyAnswer> policy(const selinux::PolicyQuestion& question) const override;

  [[nodiscard]] Result<std::vector<SocketEntry>> sockets(Netns netns, const SocketQuery& query) const override;
  [[nodiscard]] Result<bool> is_local(Netns netns, const IpAddress& address) const override;
  [[nodiscard]] SocketOwners owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& first,
                                    std::chrono::milliseconds deadline) const override;

  [[nodiscard]] Result<UnitProperties> unit(const std::string& name) const override;
  [[nodiscard]] Result<std::unique_ptr<PendingCommand>> start(const Command& command) const override;

  [[nodiscard]] std::int64_t now() const override;
  void wait(std::chrono::milliseconds duration) const override;

 private:
  /// What is kept open for one namespace; the netlink sockets belong to it and serve every later question.
  struct Network {
    OpenNetns netns;
    std::optional<netlink::Socket> diag{};
    std::optional<netlink::Socket> route{};
  };

  [[nodiscard]] Result<Network*> network(Netns netns) const;
  [[nodiscard]] static Result<std::string> read_inside(const Network& network, const std::string& path);

  mutable std::map<pid_t, Network> networks_;
};

}  // namespace preflight
