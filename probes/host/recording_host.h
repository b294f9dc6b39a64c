// SPDX-License-Identifier: Apache-2.0
// A decorator that remembers what the host answered, so that the same run can be repeated elsewhere.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probes/host/bundle.h"
#include "probes/host/forwarding_host.h"

namespace preflight {

/// Asks `inner`, which must outlive it, and keeps each answer. A program that was started enters the record when it is
/// finished. Time stands still while recording: now() is when the record began, as it will be when it is replayed.
class RecordingHost final : public ForwardingHost {
 public:
  RecordingHost(const HostView& inner, std::string tool_version);

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
  [[nodiscard]] std::int64_t now() const override { return bundle_->taken_at; }

  /// What was answered so far.
  [[nodiscard]] const Bundle& bundle() const { return *bundle_; }

 private:
  // Shared with the programs still running, which may be finished after the host is gone.
  std::shared_ptr<Bundle> bundle_;
};

}  // namespace preflight
