// SPDX-License-Identifier: Apache-2.0
// A host on which chosen questions fail: by path, or the n-th question of all, so that a test can visit every fault
// point.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probes/host/forwarding_host.h"

namespace preflight::test {

/// Counts the questions that can fail and answers some with an errno. A question about a path fails by path in `read`,
/// `read_in`, `list`, `status` and `link`; `unit` by the unit's name; `start` by the program's path.
class FaultyHost final : public ForwardingHost {
 public:
  using ForwardingHost::ForwardingHost;

  /// Every question about `object` fails with errno `number`.
  void fail_on(std::string object, int number) { broken_[std::move(object)] = number; }
  /// The `nth` question fails, counted from 0 after this call; the others are answered.
  void fail_at(std::size_t nth, int number) {
    asked_ = 0;
    nth_ = nth;
    number_ = number;
  }
  /// How many questions were asked that could have failed.
  [[nodiscard]] std::size_t asked() const { return asked_; }

  using ForwardingHost::read;
  [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override {
    return unless_broken(path, [&] { return inner().read(path, limit); });
  }
  [[nodiscard]] Result<std::string> read_in(Netns netns, const std::string& path) const override {
    return unless_broken(path, [&] { return inner().read_in(netns, path); });
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    return unless_broken(path, [&] { return inner().list(path); });
  }
  [[nodiscard]] Result<std::vector<std::string>> list_links(const std::string& path) const override {
    return unless_broken(path, [&] { return inner().list_links(path); });
  }
  [[nodiscard]] Result<FileStatus> status(const std::string& path) const override {
    return unless_broken(path, [&] { return inner().status(path); });
  }
  [[nodiscard]] Result<std::string> link(const std::string& path) const override {
    return unless_broken(path, [&] { return inner().link(path); });
  }
  [[nodiscard]] Result<std::vector<SocketEntry>> sockets(Netns netns, const SocketQuery& query) const override {
    return unless_broken("sockets", [&] { return inner().sockets(netns, query); });
  }
  [[nodiscard]] Result<bool> is_local(Netns netns, const IpAddress& address) const override {
    return unless_broken(to_string(address), [&] { return inner().is_local(netns, address); });
  }
  /// Fails as a scan does that may not look: no owner, not complete.
  [[nodiscard]] SocketOwners owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& first,
                                    std::chrono::milliseconds deadline) const override {
    if (const auto error = fault("owners")) return {{}, false, error->reason};
    return inner().owners(inodes, first, deadline);
  }
  [[nodiscard]] Result<UnitProperties> unit(const std::string& name) const override {
    return unless_broken(name, [&] { return inner().unit(name); });
  }
  [[nodiscard]] Result<std::unique_ptr<PendingCommand>> start(const Command& command) const override {
    return unless_broken(command.path, [&] { return inner().start(command); });
  }

 private:
  [[nodiscard]] std::optional<Error> fault(const std::string& object) const {
    const bool due = asked_++ == nth_;
    const auto broken = broken_.find(object);
    if (broken != broken_.end()) return os_error(broken->second, object);
    if (due) return os_error(number_, object);
    return std::nullopt;
  }

  template <typename F>
  [[nodiscard]] auto unless_broken(const std::string& object, F&& ask) const -> decltype(ask()) {
    if (auto error = fault(object)) return tl::make_unexpected(std::move(*error));
    return std::forward<F>(ask)();
  }

  std::map<std::string, int> broken_;
  std::size_t nth_ = std::numeric_limits<std::size_t>::max();
  int number_ = 0;
  mutable std::size_t asked_ = 0;
};

}  // namespace preflight::test
