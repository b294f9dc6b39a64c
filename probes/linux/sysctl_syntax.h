// SPDX-License-Identifier: Apache-2.0
// Lines of sysctl.d(5), as each of the two loaders splits, trims and spells them. They differ where it hurts: in what a
// blank after "-" means, where a line ends, and which paths are the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probes/linux/conf_files.h"

namespace preflight {

/// A line that sets a key, or with "-" and without "=" takes it out of patterns.
struct SysctlAssignment {
  const ConfFile* file = nullptr;
  std::uint32_t line = 0;    // from 1, as an editor counts
  std::string_view text{};   // trimmed; a view of the file's content
  std::string_view key{};    // as written, without "-"
  std::string_view value{};  // trimmed
  /// Below /proc/sys, as the loader opens it: "net/core/somaxconn". Loaders compare these texts, not the files.
  std::string path{};
  bool exclusion = false;

  /// Whether the loader expands it by glob(3).
  [[nodiscard]] bool pattern() const { return path.find_first_of("*?[") != std::string::npos; }
};

/// systemd-sysctl's view of a file whose content is known. A NUL or a carriage return ends a line too; after a line of
/// a megabyte it reads no further.
[[nodiscard]] std::vector<SysctlAssignment> systemd_assignments(const ConfFile& file);

/// procps' view of it.
[[nodiscard]] std::vector<SysctlAssignment> procps_assignments(const ConfFile& file);

}  // namespace preflight
