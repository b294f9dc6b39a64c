// SPDX-License-Identifier: Apache-2.0
// The owners of kernel settings, one reader each, and what they share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/sysctl_boot.h"
#include "probes/linux/sysctl_writers.h"

namespace preflight::sysctl_writers {

using Writers = std::vector<SysctlWriter>;

/// What every reader is asked.
struct Question {
  const HostView& host;
  const SysctlKeys& keys;
  const Result<SysctlBoot>& boot;
};

/// Larger files are no configuration that a person wrote.
inline constexpr std::size_t kFileLimit = 1024UL * 1024;
/// As many files of one directory, units, profiles included are looked at.
inline constexpr std::size_t kMostFiles = 1000;

/// Each gives the asked keys that it writes; nothing, at the cost of one failed open, where the owner is not there.
[[nodiscard]] Result<Writers> ifupdown(const Question& question);    // /etc/network
[[nodiscard]] Result<Writers> ufw(const Question& question);         // /etc/ufw
[[nodiscard]] Result<Writers> cloud_init(const Question& question);  // /etc/cloud
[[nodiscard]] Result<Writers> tuned(const Question& question);       // /etc/tuned
[[nodiscard]] Result<Writers> daemons(const Question& question);     // dockerd, kubelet: where such a key is asked
[[nodiscard]] Result<Writers> units(const Question& question);       // /etc/systemd/system
[[nodiscard]] Result<Writers> rc_local(const Question& question);    // /etc/rc.local

/// "/etc/sysctl.d" and "x.conf" as "/etc/sysctl.d/x.conf".
[[nodiscard]] std::string below(std::string_view directory, std::string_view name);

/// A file's content; nothing where there is none.
[[nodiscard]] Result<std::optional<std::string>> read_if_there(const HostView& host, const std::string& path);
/// The names in a directory; none where there is none.
[[nodiscard]] Result<std::vector<std::string>> list_if_there(const HostView& host, const std::string& path);

/// Whether anything is there.
[[nodiscard]] Result<bool> is_there(const HostView& host, const std::string& path);
/// Whether it is a file that somebody may execute: what run-parts and rc-local.service start.
[[nodiscard]] Result<bool> is_executable(const HostView& host, const std::string& path);
/// A script that would be started; nothing where there is none, or it is not executable.
[[nodiscard]] Result<std::optional<std::string>> read_script(const HostView& host, const std::string& path);

/// Whether somebody has linked the unit to /dev/null: nothing starts it.
[[nodiscard]] Result<bool> is_masked(const HostView& host, const std::string& unit);
/// Whether some target wants it, and it is not masked.
[[nodiscard]] Result<bool> starts_at_boot(const HostView& host, const std::string& unit);

/// "key = value".
struct Setting {
  std::uint32_t line = 0;
  std::string key;  // dotted
  std::string value;
};
/// As `sysctl -p` reads a file, patterns left out.
[[nodiscard]] std::vector<Setting> settings_of(const std::string& content);

/// `sysctl -p FILE`.
struct LoadsFile {
  std::uint32_t line = 0;
  std::string file;
};
/// `sysctl --system`.
struct LoadsAll {
  std::uint32_t line = 0;
};
using Statement = std::variant<Setting, LoadsFile, LoadsAll>;

/// What a shell script sets in commands that are executed whatever happens: not inside `if`, a loop or a function, not
/// after `exit`. Seen are `sysctl -w k=v`, `sysctl -p`, `sysctl --system`, `echo v > /proc/sys/...`, `echo v | tee
/// /proc/sys/...` and `sh -c "..."` of these. A value the shell would have to compute is empty.
[[nodiscard]] std::vector<Statement> statements_of(std::string_view script, std::uint32_t first_line = 1);

/// Who is told to, and in which file the statements are.
struct Place {
  std::string owner;
  std::string file;
};
/// Adds what the statements write to the asked keys.
[[nodiscard]] Result<void> add_statements(const Question& question, const Place& place,
                                          const std::vector<Statement>& statements, Writers& writers);

/// Adds a setting if its key is asked for.
void add_setting(const Question& question, const Place& place, const Setting& setting, Writers& writers);

}  // namespace preflight::sysctl_writers
