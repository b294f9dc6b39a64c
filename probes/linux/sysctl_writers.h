// SPDX-License-Identifier: Apache-2.0
// Who else writes kernel settings after the boot loader has: a change that such an owner undoes is no cure.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// One setting of one owner that will be written after sysctl.d was loaded.
struct SysctlWriter {
  std::string owner;       // "tuned", "ufw", "rc.local", ...
  std::string file;        // where it is told to
  std::uint32_t line = 0;  // 0: not by a line of its own
  std::string key;         // dotted, as in "net.core.somaxconn"
  std::string value;       // empty: not known before it runs
  friend bool operator==(const SysctlWriter&, const SysctlWriter&) = default;
};

/// Those of `keys` that an owner found on this host will write, in the order owners come at boot as far as it is
/// known. An error where an owner is there and what it writes cannot be read.
[[nodiscard]] Result<std::vector<SysctlWriter>> read_sysctl_writers(const HostView& host,
                                                                    const std::set<std::string, std::less<>>& keys);

/// The tool that says of itself in a file that it writes line `line` (from 1): "Ansible", "Chef", "Puppet", "Salt",
/// "cloud-init", ... by a mark around the line, or one at the head of the file. Empty: nobody says so.
[[nodiscard]] std::string managed_by(std::string_view content, std::uint32_t line);

}  // namespace preflight
