// SPDX-License-Identifier: Apache-2.0
// A host on which some changes were made already: read by the probes and judged by the checks as the real one is, so
// that a plan's promise is what the program itself would say afterwards.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "probes/host/forwarding_host.h"
#include "remediations/change.h"
#include "remediations/supposed_policy.h"

namespace preflight {

/// Files, settings of our network namespace, the SELinux policy and what systemd has read of its unit files are as the
/// changes leave them; processes and sockets are as they are: nothing was restarted.
class SupposedHost final : public ForwardingHost {
 public:
  SupposedHost(const HostView& inner, const Changes& changes);

  using HostView::read;
  [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override;
  [[nodiscard]] Result<std::string> read_in(Netns netns, const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list_links(const std::string& path) const override;
  [[nodiscard]] Result<FileStatus> status(const std::string& path) const override;
  [[nodiscard]] Result<UnitProperties> unit(const std::string& name) const override;
  [[nodiscard]] Result<selinux::PolicyAnswer> policy(const selinux::PolicyQuestion& question) const override;

 private:
  [[nodiscard]] const std::string* setting(const std::string& path) const;

  std::map<std::string, std::string, std::less<>> settings_;  // by path
  std::map<std::string, std::optional<FileImage>, std::less<>> files_;
  std::map<std::string, bool, std::less<>> directories_;
  bool reloaded_ = false;
  SupposedPolicy policy_;
};

}  // namespace preflight
