// SPDX-License-Identifier: Apache-2.0
// A host on which chosen effects fail, before they are done or after, once or from then on - or on which we die.
#pragma once

#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "remediations/host/host.h"

namespace preflight::test {

/// Stands for SIGKILL: nothing of ours catches it.
struct Killed {};

class FailingHost final : public Host {
 public:
  enum class Way : std::uint8_t { fails_before, fails_after, fails_from_then_on, dies_before, dies_after };

  explicit FailingHost(Host& inner) : inner_(inner) {}

  /// The `nth` effect from now on, counted from 0.
  void fail_at(std::size_t nth, Way way) {
    done_ = 0;
    nth_ = nth;
    way_ = way;
  }
  void heal() { nth_ = std::numeric_limits<std::size_t>::max(); }
  [[nodiscard]] std::size_t effects() const { return done_; }
  [[nodiscard]] std::size_t reloads() const { return reloads_; }
  [[nodiscard]] std::size_t restarts() const { return restarts_; }
  /// Transactions for which systemd would run `recover`.
  [[nodiscard]] const std::set<std::uint32_t>& scheduled() const { return scheduled_; }

  [[nodiscard]] const HostView& view() const override { return inner_.view(); }
  [[nodiscard]] Result<std::optional<FileImage>> image(const std::string& path) const override {
    return inner_.image(path);
  }
  [[nodiscard]] Result<bool> has_directory(const std::string& path) const override {
    return inner_.has_directory(path);
  }
  Result<void> replace(const FileWrite& write) override {
    return effect([&] { return inner_.replace(write); });
  }
  Result<void> settle(const std::string& path) override { return inner_.settle(path); }
  Result<void> make_directory(const std::string& path) override {
    return effect([&] { return inner_.make_directory(path); });
  }
  Result<void> remove_directory(const std::string& path) override {
    return effect([&] { return inner_.remove_directory(path); });
  }
  Result<void> set_sysctl(const std::string& key, const std::string& value) override {
    return effect([&] { return inner_.set_sysctl(key, value); });
  }
  /// There is no systemd behind it: what was asked is counted.
  Result<void> reload_units() override {
    return effect([&] { return ++reloads_, Result<void>(); });
  }
  Result<void> restart_unit(const std::string&) override {
    return effect([&] { return ++restarts_, Result<void>(); });
  }
  Result<void> edit_selinux(const SelinuxEdit& edit) override {
    return effect([&] { return inner_.edit_selinux(edit); });
  }
  Result<void> settle_selinux(const SelinuxEdit& edit) override { return inner_.settle_selinux(edit); }
  Result<void> repair_selinux(const SelinuxRepair& repair) override {
    return effect([&] { return inner_.repair_selinux(repair); });
  }
  Result<void> schedule_recovery(std::uint32_t transaction, std::chrono::seconds) override {
    return effect([&] { return scheduled_.insert(transaction), Result<void>(); });
  }
  void cancel_recovery(std::uint32_t transaction) override { scheduled_.erase(transaction); }

 private:
  template <typename F>
  Result<void> effect(F&& act) {
    const auto number = done_++;
    const bool due = way_ == Way::fails_from_then_on ? number >= nth_ : number == nth_;
    if (!due) return act();
    if (way_ == Way::dies_before) throw Killed{};
    if (way_ == Way::dies_after || way_ == Way::fails_after) (void)act();
    if (way_ == Way::dies_after) throw Killed{};
    return fail_errno(EIO, "effect " + std::to_string(number));
  }

  Host& inner_;
  std::size_t done_ = 0;
  std::size_t nth_ = std::numeric_limits<std::size_t>::max();
  Way way_ = Way::fails_before;
  std::size_t reloads_ = 0;
  std::size_t restarts_ = 0;
  std::set<std::uint32_t> scheduled_;
};

}  // namespace preflight::test
