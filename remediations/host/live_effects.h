// SPDX-License-Identifier: Apache-2.0
// Changes to the host we run on.
#pragma once

#include <string>

#include "probes/host/host_view.h"
#include "remediations/host/host.h"

namespace preflight {

/// Everything is written below `root` and looked at through `view`; a scratch directory may stand for "/" in both.
class LiveEffects final : public Host {
 public:
  explicit LiveEffects(const HostView& view, std::string root = {}) : view_(view), root_(std::move(root)) {}

  [[nodiscard]] const HostView& view() const override { return view_; }
  [[nodiscard]] Result<std::optional<FileImage>> image(const std::string& path) const override;
  [[nodiscard]] Result<bool> has_directory(const std::string& path) const override;
  Result<void> replace(const FileWrite& write) override;
  Result<void> settle(const std::string& path) override;
  Result<void> make_directory(const std::string& path) override;
  Result<void> remove_directory(const std::string& path) override;
  Result<void> set_sysctl(const std::string& key, const std::string& value) override;
  Result<void> reload_units() override;
  Result<void> restart_unit(const std::string& unit) override;
  Result<void> edit_selinux(const SelinuxEdit& edit) override;
  Result<void> settle_selinux(const SelinuxEdit& edit) override;
  Result<void> repair_selinux(const SelinuxRepair& repair) override;
  Result<void> schedule_recovery(std::uint32_t transaction, std::chrono::seconds after) override;
  void cancel_recovery(std::uint32_t transaction) override;

 private:
  const HostView& view_;
  std::string root_;
};

}  // namespace preflight
