// SPDX-License-Identifier: Apache-2.0
// What the next boot makes of a kernel setting: which line of which file decides, by either program that loads them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/sysctl_files.h"

namespace preflight {

/// Who reads the files: systemd-sysctl at boot, procps' `sysctl --system` by hand, by packages, and at boot where there
/// is no systemd.
enum class SysctlLoader : std::uint8_t { systemd, procps };

/// What became of a line that names a key.
enum class LineFate : std::uint8_t {
  decides,     // what the key will hold
  overridden,  // a later line is written after it, or instead of it
  hidden,      // its file does not count: another of its name does, or this loader does not read it
  excepted,    // a pattern, and the key is named elsewhere
  excepts,     // "-key": no pattern sets it; and to systemd-sysctl no earlier line does
  refused,     // the kernel takes no such value: what was there before stays
};

struct SysctlLine {
  std::string file;
  std::uint32_t line = 0;
  std::string text;   // as written, trimmed; at most 200 bytes
  std::string key;    // as written, perhaps a pattern
  std::string value;  // as written, trimmed; at most 200 bytes
  LineFate fate = LineFate::hidden;
  std::string hidden_by{};   // the file of the same name that counts instead; empty: the loader does not read it
  std::string managed_by{};  // "Ansible", "Chef", ...: who writes this part of the file; empty: nobody we know
};

/// What one loader does to one key.
struct LoaderAnswer {
  /// What the key holds afterwards, in the kernel's own spelling; nothing where the loader leaves it as the kernel
  /// made it, or where the kernel refuses all it is given.
  std::optional<std::string> value{};
  std::vector<SysctlLine> lines;         // every line that names the key, in the order read
  std::optional<std::size_t> decider{};  // in `lines`
};

struct KeyAtBoot {
  Result<LoaderAnswer> systemd = unread("systemd-sysctl");
  Result<LoaderAnswer> procps = unread("sysctl --system");
  /// "nf_conntrack": the key is only there once this module is loaded, and nothing loads it before the loader runs.
  std::string late_module{};
  /// What the kernel begins with: its command line (sysctl.KEY=), else its own default where that depends on nothing
  /// but the version; nothing where it depends on the machine.
  std::optional<std::string> kernel{};

  [[nodiscard]] const Result<LoaderAnswer>& by(SysctlLoader loader) const;
  /// What it holds once that loader has run; nothing where only the machine knows. An error where the loader's answer
  /// is one.
  [[nodiscard]] Result<std::optional<std::string>> after(SysctlLoader loader) const;
};

struct SysctlBoot {
  SysctlLoader loader = SysctlLoader::systemd;  // the one that runs at boot here
  std::map<std::string, KeyAtBoot, std::less<>> keys;

  /// nullptr for a key that nobody asked for.
  [[nodiscard]] const KeyAtBoot* find(std::string_view key) const;
};

/// Whether nothing brings a module before the loader runs, so that it passes over the module's keys.
[[nodiscard]] bool comes_late(const HostView& host, std::string_view module);

/// Reads and resolves all that sets these keys (dotted) at boot.
[[nodiscard]] Result<SysctlBoot> read_sysctl_boot(const HostView& host, const std::set<std::string, std::less<>>& keys);

/// What both loaders make of the files: per key what is written, in the kernel's own spelling, and by which line.
/// `kernel` is what the kernel begins with, as far as it is known.
[[nodiscard]] std::map<std::string, KeyAtBoot, std::less<>> resolve_sysctls(
    const SysctlFiles& files, const std::set<std::string, std::less<>>& keys,
    const std::map<std::string, std::string, std::less<>>& kernel);

}  // namespace preflight
