// SPDX-License-Identifier: Apache-2.0
// What each loader writes, in its order. systemd-sysctl keeps one assignment a key and writes at the end; procps
// writes every line that names one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/linux/sysctl_boot.h"
#include "probes/linux/sysctl_files.h"
#include "probes/linux/sysctl_syntax.h"

namespace preflight {

/// A line that bears on a key.
struct SysctlMention {
  const SysctlAssignment* assignment = nullptr;
  LineFate fate = LineFate::hidden;  // `decides`: it is written; which of several does in the end, the kernel says
  std::size_t turn = 0;              // of those written: before or after the lines of other keys
};

/// One loader's reading of all files.
class SysctlLoading {
 public:
  /// An error where a file cannot be read, or says what we cannot follow: it might decide any key.
  [[nodiscard]] static Result<SysctlLoading> of(SysctlLoader loader, const SysctlFiles& files);

  /// The lines that bear on a key in the order read, for a path below /proc/sys. An error where a pattern leaves it
  /// open whether it is this one.
  [[nodiscard]] Result<std::vector<SysctlMention>> mentions(const std::string& path) const;

 private:
  explicit SysctlLoading(SysctlLoader loader) : loader_(loader) {}
  void add(const ConfFile& file, bool counts);
  void settle();
  [[nodiscard]] SysctlMention judge(std::size_t index, const std::string& path) const;

  struct Read {
    SysctlAssignment assignment;
    bool counts = false;    // its file does
    std::size_t turn = 0;   // when it is written, if it is
    bool replaced = false;  // systemd keeps a later line of the same path instead
  };
  SysctlLoader loader_;
  std::vector<Read> read_;
  std::vector<std::string> named_;  // the paths that no pattern sets any more, sorted
};

}  // namespace preflight
