// SPDX-License-Identifier: Apache-2.0
// What each loader writes, in its order. systemd-sysctl keeps one assignment a key and writes at the end; procps
// writes every line that names one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
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
  struct Read {
    SysctlAssignment assignment;
    bool counts = false;    // its file does
    std::size_t turn = 0;   // when it is written, if it is
    bool replaced = false;  // systemd keeps a later line of the same path instead
  };
  using Indices = std::vector<std::size_t>;  // of `read_`, rising

  explicit SysctlLoading(SysctlLoader loader) : loader_(loader) {}
  void add(const ConfFile& file, bool counts);
  void index(const SysctlAssignment& line);
  void settle();
  [[nodiscard]] LineFate fate_of(const Read& one, const std::string& path) const;

  SysctlLoader loader_;
  std::vector<Read> read_;
  std::unordered_map<std::string, Indices> naming_;  // the lines that name a file, by where their path leads
  Indices patterns_;
  std::unordered_set<std::string> named_;  // the paths, as written, that no pattern sets any more
};

}  // namespace preflight
