// SPDX-License-Identifier: Apache-2.0
// A host made of maps: path -> content, path -> link target; directories are implied. Live methods are errors.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "probes/host/host_view.h"

namespace preflight::test {

class MapHost : public HostView {
 public:
  MapHost() = default;
  MapHost(const MapHost& other)
      : HostView(),
        files(other.files),
        links(other.links),
        statuses(other.statuses),
        refused(other.refused),
        labels(other.labels),
        policies(other.policies) {}
  MapHost& operator=(const MapHost&) = delete;

  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  /// Overrides what a path's entry implies (0644 or 0755, owned by root).
  std::map<std::string, FileStatus> statuses;
  /// Paths that are refused with this errno.
  std::map<std::string, int> refused;
  /// SELinux labels by path, and what policies answer, whatever they are asked.
  std::map<std::string, std::string> labels;
  std::map<std::string, selinux::PolicyAnswer> policies;

  using HostView::read;
  [[nodiscard]] HostKind kind() const override { return HostKind::live; }
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
  [[nodiscard]] std::int64_t now() const override { return 0; }
  void wait(std::chrono::milliseconds duration) const override;

 private:
  /// Follows links in every component, as a path walk does; ELOOP after 40.
  [[nodiscard]] Result<std::string> resolve(const std::string& path) const;
};

}  // namespace preflight::test
