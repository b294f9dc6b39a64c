// SPDX-License-Identifier: Apache-2.0
// A host that is a directory: a chroot, an image, a mounted disk. It has files, and nothing that lives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probes/host/descriptor.h"
#include "probes/host/host_view.h"

namespace preflight {

/// Files resolve inside the directory as chroot(2) would. Sockets, units and programs are errors `not_supported`,
/// "offline tree", and so are files of /proc and /sys that the tree does not hold. A network namespace has no files of
/// its own here: read_in() reads the tree's /proc, if it has one.
class TreeHost final : public HostView {
 public:
  /// `root` is the directory, opened with O_PATH.
  explicit TreeHost(Descriptor root) : root_(std::move(root)) {}

  using HostView::read;
  [[nodiscard]] HostKind kind() const override { return HostKind::tree; }
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
  /// The real time: a waiver expires for an image too.
  [[nodiscard]] std::int64_t now() const override;
  /// Returns at once: nothing changes in a tree.
  void wait(std::chrono::milliseconds) const override {}

 private:
  Descriptor root_;
};

/// The tree at `directory`; an error when it is missing, not a directory or may not be entered.
[[nodiscard]] Result<std::unique_ptr<HostView>> open_tree(const std::string& directory);

}  // namespace preflight
