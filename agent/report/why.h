// SPDX-License-Identifier: Apache-2.0
// Where the value of one setting comes from, before any format: a sysctl and a unit's limit are told in the same terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/check.h"
#include "policies/demand.h"
#include "probes/base/result.h"
#include "probes/facts.h"

namespace preflight {

/// What became of a line that names the setting.
enum class Fate : std::uint8_t {
  decides,
  overridden,  // `by`: the line that counts instead
  hidden,      // its file does not count; `by`: the file that counts instead, empty: this program does not read it
  excepted,    // a pattern that does not reach the key; `by`: the line that names it
  excepts,     // "-key": no pattern sets it
  refused,     // the kernel takes no such value
  ignored,     // systemd takes no such value, and says so in its log alone
};
[[nodiscard]] std::string_view to_string(Fate fate);

struct SettingLine {
  std::string file;
  std::uint32_t line = 0;  // 0: not a line of its own
  std::string text;        // as written
  std::string key;         // as written, perhaps a pattern
  std::string value;       // as written
  Fate fate = Fate::hidden;
  std::string by{};          // "FILE:LINE" or a file; empty: nothing to name
  std::string reason{};      // why it is ignored
  std::string managed_by{};  // "Ansible", ...; empty: nobody says so

  /// "/etc/sysctl.d/99-sysctl.conf:12"
  [[nodiscard]] std::string place() const;
};

/// Who reads the files: one of two loads sysctls, systemd itself the limits of its units.
enum class BootProgram : std::uint8_t { systemd_sysctl, sysctl_system, systemd };
/// "systemd-sysctl", "sysctl --system", "systemd".
[[nodiscard]] std::string_view to_string(BootProgram program);

/// What one program makes of the files.
struct BootAnswer {
  BootProgram by = BootProgram::systemd_sysctl;
  std::optional<Error> error{};        // what it does could not be found out
  std::optional<std::string> value{};  // absent: it leaves the setting alone
  std::vector<SettingLine> lines{};    // in the order read
  std::optional<std::size_t> decider{};

  [[nodiscard]] const SettingLine* deciding() const { return decider ? &lines.at(*decider) : nullptr; }
};

/// A value that is in force somewhere.
struct RunningValue {
  std::string where;  // "/proc/sys/net/core/somaxconn", "pid 812"
  Result<std::string> value = unread("");
};

/// What one instance demands that the setting bounds.
struct SettingDemand {
  std::string instance;
  std::string what;  // "accept queue of tcp/*:443", "descriptors"
  Result<Quantity> quantity = unread("demand");
};

/// What a check says of a value, the worst last.
enum class Standing : std::uint8_t { not_known, fine, info, warning, error };
/// "not known", "fine", "info", "warning", "error".
[[nodiscard]] std::string_view to_string(Standing standing);

/// What a check says of the value now and of the one after the next boot, where either fails.
struct SettingVerdict {
  std::string_view check;
  std::string subject;
  Standing now = Standing::not_known;
  Standing then = Standing::not_known;
  std::string why;  // the failure in one sentence: that after the next boot, else that of now
};

/// A line of a file with those around it.
struct CodeFrame {
  std::string file;
  std::uint32_t line = 0;   // the one that is meant
  std::uint32_t first = 0;  // the number of lines.front()
  std::vector<std::string> lines;
};

struct Why {
  enum class Kind : std::uint8_t { sysctl, unit_limit };
  Kind kind = Kind::sysctl;
  std::string name;                      // "net.core.somaxconn", "haproxy.service:LimitNOFILE"
  std::string instance{};                // whose limit it is; empty: the host's
  std::vector<RunningValue> running{};   // the first is the one most people mean; empty: nothing runs
  std::optional<std::string> initial{};  // without any line: the kernel's own value, the manager's default
  std::string initial_from{};            // "the kernel begins with", "DefaultLimitNOFILE"
  std::vector<BootAnswer> answers{};     // the first is the program that decides at boot
  std::optional<CodeFrame> frame{};      // around its deciding line
  std::string late_module{};             // the key comes with this module, after the loader has run
  std::vector<SysctlWriter> writers{};   // who sets it once the loader has
  std::optional<Error> writers_error{};  // who else sets it could not be looked at
  std::vector<SettingDemand> demands{};
  std::vector<SettingVerdict> verdicts{};
  std::vector<Error> demands_unknown{};    // what could not be counted
  std::vector<std::string_view> checks{};  // those that read it
  std::vector<std::string> notes{};        // what limits the value beside the lines

  /// What it is once the program that runs at boot is done, before any writer; absent where that is not known.
  [[nodiscard]] std::optional<std::string> loaded() const;
  /// What is in force after the next boot, whoever sets it last; absent where that is not known.
  [[nodiscard]] std::optional<std::string> after_boot() const;
  /// Whether the kernel has such a setting, or some file believes so.
  [[nodiscard]] bool exists() const;
};

/// Values as people compare them: the kernel writes tabs where a file has blanks.
[[nodiscard]] bool same_value(std::string_view a, std::string_view b);

}  // namespace preflight
