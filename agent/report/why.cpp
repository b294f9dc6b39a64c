// SPDX-License-Identifier: Apache-2.0
// After the loader come those who write for themselves: the last of them decides what a host runs with.
#include "agent/report/why.h"

#include <algorithm>

#include "probes/base/text.h"

namespace preflight {

std::string_view to_string(Fate fate) {
  switch (fate) {
    case Fate::decides:
      return "decides";
    case Fate::overridden:
      return "overridden";
    case Fate::hidden:
      return "hidden";
    case Fate::excepted:
      return "excepted";
    case Fate::excepts:
      return "excepts";
    case Fate::refused:
      return "refused";
    case Fate::ignored:
      return "ignored";
  }
  return {};
}

std::string_view to_string(Standing standing) {
  switch (standing) {
    case Standing::not_known:
      return "not known";
    case Standing::fine:
      return "fine";
    case Standing::info:
      return "info";
    case Standing::warning:
      return "warning";
    case Standing::error:
      break;
  }
  return "error";
}

std::string_view to_string(BootProgram program) {
  switch (program) {
    case BootProgram::systemd_sysctl:
      return "systemd-sysctl";
    case BootProgram::sysctl_system:
      return "sysctl --system";
    case BootProgram::systemd:
      break;
  }
  return "systemd";
}

std::string SettingLine::place() const { return line == 0 ? file : file + ":" + std::to_string(line); }

std::optional<std::string> Why::loaded() const {
  if (answers.empty() || answers.front().error) return std::nullopt;
  return answers.front().value && late_module.empty() ? answers.front().value : initial;
}

std::optional<std::string> Why::after_boot() const {
  if (writers_error) return std::nullopt;
  if (writers.empty()) return loaded();
  const auto& last = writers.back().value;
  return last.empty() ? std::nullopt : std::optional(last);
}

bool Why::exists() const {
  const bool absent = !running.empty() && std::all_of(running.begin(), running.end(), [](const RunningValue& each) {
    return !each.value && each.value.error().code == std::errc::no_such_file_or_directory;
  });
  const bool named = std::any_of(answers.begin(), answers.end(),
                                 [](const BootAnswer& answer) { return !answer.lines.empty() || answer.error; });
  // What a check reads comes with a module, where it is not there.
  return kind != Kind::sysctl || !absent || named || !checks.empty();
}

bool same_value(std::string_view a, std::string_view b) { return words(a) == words(b); }

}  // namespace preflight
