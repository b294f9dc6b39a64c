// SPDX-License-Identifier: Apache-2.0
// A host that is its record: it answers what it answered when it was recorded, and nothing else.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "probes/host/bundle.h"
#include "probes/host/host_view.h"

namespace preflight {

/// Replays a bundle. A question that was not asked while recording is an error `no_message_available`, "not in the
/// bundle". now() is when it was recorded, so waivers are judged the same; wait() returns at once; a program is not
/// executed, its output is replayed.
class RecordedHost final : public HostView {
 public:
  explicit RecordedHost(Bundle bundle) : bundle_(std::move(bundle)) {}

  using HostView::read;
  [[nodiscard]] HostKind kind() const override { return bundle_.kind; }
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
  [[nodiscard]] std::int64_t now() const override { return bundle_.taken_at; }
  void wait(std::chrono::milliseconds) const override {}

 private:
  /// The next answer of the sequence, or null when the question is not in the record.
  template <typename Record, typename Question>
  const auto* next(const Record& record, const Question& question) const;

  Bundle bundle_;
  mutable std::map<const void*, std::size_t> turns_;  // by sequence: how often it was asked
};

}  // namespace preflight
