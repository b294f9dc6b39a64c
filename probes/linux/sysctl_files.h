// SPDX-License-Identifier: Apache-2.0
// The files that set sysctls at boot, each read once for both loaders: sysctl.d(5), /etc/sysctl.conf, and what is
// handed to systemd-sysctl as a credential.
#pragma once

#include <optional>
#include <vector>

#include "probes/base/result.h"
#include "probes/linux/conf_files.h"

namespace preflight {

struct SysctlFiles {
  std::vector<ConfFile> in_directories;   // in the order of names, hidden ones among them
  std::optional<ConfFile> sysctl_conf{};  // /etc/sysctl.conf, which only procps reads by itself
  std::optional<ConfFile>
      credential{};  // sysctl.extra, which only systemd-sysctl reads (systemd.exec(5), LoadCredential=)
};

/// An error where a directory cannot be listed.
[[nodiscard]] Result<SysctlFiles> read_sysctl_files(const HostView& host);

}  // namespace preflight
