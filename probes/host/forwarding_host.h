// SPDX-License-Identifier: Apache-2.0
// A host seen through another one: a decorator overrides what it changes and inherits the rest.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probes/host/host_view.h"

namespace preflight {

/// Forwards every question to `inner`, which must outlive it.
class ForwardingHost : public HostView {
 public:
  explicit ForwardingHost(const HostView& inner) : inner_(inner) {}

  using HostView::read;
  [[nodiscard]] HostKind kind() const override { return inner_.kind(); }
  [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override {
    return inner_.read(path, limit);
  }
  [[nodiscard]] Result<std::string> read_in(Netns netns, const std::string& path) const override {
    return inner_.read_in(netns, path);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    return inner_.list(path);
  }
  [[nodiscard]] Result<std::vector<std::string>> list_links(const std::string& path) const override {
    return inner_.list_links(path);
  }
  [[nodiscard]] Result<FileStatus> status(const std::string& path) const override { return inner_.status(path); }
  [[nodiscard]] Result<std::string> link(const std::string& path) const override { return inner_.link(path); }
  [[nodiscard]] Result<std::string> lines_with(const std::string& path, const std::vector<std::string>& words,
                                               std::size_t limit) const override {
    return inner_.lines_with(path, words, limit);
  }
  [[nodiscard]] Result<std::string> label(const std::string& path) const override { return inner_.label(path); }
  [[nodiscard]] Result<selinux::PolicyAnswer> policy(const selinux::PolicyQuestion& question) const override {
    return inner_.policy(question);
  }
  [[nodiscard]] Result<std::vector<SocketEntry>> sockets(Netns netns, const SocketQuery& query) const override {
    return inner_.sockets(netns, query);
  }
  [[nodiscard]] Result<bool> is_local(Netns netns, const IpAddress& address) const override {
    return inner_.is_local(netns, address);
  }
  [[nodiscard]] SocketOwners owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& first,
                                    std::chrono::milliseconds deadline) const override {
    return inner_.owners(inodes, first, deadline);
  }
  [[nodiscard]] Result<UnitProperties> unit(const std::string& name) const override { return inner_.unit(name); }
  [[nodiscard]] Result<std::unique_ptr<PendingCommand>> start(const Command& command) const override {
    return inner_.start(command);
  }
  [[nodiscard]] std::int64_t now() const override { return inner_.now(); }
  void wait(std::chrono::milliseconds duration) const override { inner_.wait(duration); }

 protected:
  [[nodiscard]] const HostView& inner() const { return inner_; }

 private:
  const HostView& inner_;
};

}  // namespace preflight
