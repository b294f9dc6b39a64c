// SPDX-License-Identifier: Apache-2.0
// The files that set sysctls at boot, each read once for both loaders: sysctl.d(5), /etc/sysctl.conf, and what is
// handed to systemd-sysctl as a credential.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// A file as it stands. A mask has no content; a link to nowhere is ENOENT and hides others of its name all the same.
struct SysctlFile {
  std::string path;         // "/etc/sysctl.d/99-sysctl.conf"
  std::string hidden_by{};  // the path of the file of this name in a higher directory, which counts instead
  Result<std::string> content = unread("");

  /// "99-sysctl.conf"
  [[nodiscard]] std::string_view name() const;
};

struct SysctlFiles {
  /// Of /etc, /run, /usr/local/lib and /usr/lib, by name in byte order; of one name the one that counts comes first.
  std::vector<SysctlFile> in_directories;
  std::optional<SysctlFile> sysctl_conf{};  // /etc/sysctl.conf, which only procps reads by itself
  std::optional<SysctlFile> credential{};   // sysctl.extra, which only systemd-sysctl reads
};

/// An error where a directory cannot be listed: any file in it might decide.
[[nodiscard]] Result<SysctlFiles> read_sysctl_files(const HostView& host);

}  // namespace preflight
