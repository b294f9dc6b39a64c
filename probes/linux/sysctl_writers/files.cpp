// SPDX-License-Identifier: Apache-2.0
// What the readers of owners share: files that may not be there, units that are wanted, and settings files.
#include <algorithm>
#include <utility>

#include "probes/linux/sysctl_name.h"
#include "probes/linux/sysctl_syntax.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

constexpr std::string_view kUnits = "/etc/systemd/system";

/// Any error but "nothing there" is no answer.
template <typename T>
Result<bool> holds(const Result<T>& answer) {
  if (!answer && !is_missing(answer.error())) return tl::make_unexpected(answer.error());
  return answer.has_value();
}

/// Where a link leads; nothing where there is none, or something else.
Result<std::optional<std::string>> link_at(const HostView& host, const std::string& path) {
  auto target = host.link(path);
  if (target) return std::optional(std::move(*target));
  if (is_missing(target.error()) || target.error().code == std::errc::invalid_argument)
    return std::optional<std::string>();
  return tl::make_unexpected(target.error());
}

bool wants(std::string_view directory) {
  const auto dot = directory.rfind('.');
  const auto kind = dot == std::string_view::npos ? std::string_view() : directory.substr(dot);
  return kind == ".wants" || kind == ".requires" || kind == ".upholds";
}

Result<bool> is_wanted(const HostView& host, const std::string& directory, const std::string& unit) {
  const auto names = list_if_there(host, directory);
  if (!names) return tl::make_unexpected(names.error());
  for (const auto& name : *names) {
    if (!wants(name)) continue;
    const auto link = link_at(host, below(below(directory, name), unit));
    if (!link) return tl::make_unexpected(link.error());
    if (*link) return true;
  }
  return false;
}

}  // namespace

std::string below(std::string_view directory, std::string_view name) {
  std::string path(directory);
  path += '/';
  path += name;
  return path;
}

Result<std::optional<std::string>> read_if_there(const HostView& host, const std::string& path) {
  auto content = host.read(path, kFileLimit);
  if (content) return std::optional(std::move(*content));
  if (is_missing(content.error())) return std::optional<std::string>();
  return tl::make_unexpected(content.error());
}

Result<std::vector<std::string>> list_if_there(const HostView& host, const std::string& path) {
  auto names = host.list(path);
  if (!names && is_missing(names.error())) return std::vector<std::string>();
  if (names && names->size() > kMostFiles) names->resize(kMostFiles);
  return names;
}

Result<bool> is_there(const HostView& host, const std::string& path) { return holds(host.status(path)); }

Result<bool> is_executable(const HostView& host, const std::string& path) {
  const auto status = host.status(path);
  if (!status) return holds(status);
  return status->kind == FileKind::regular && (status->mode & 0111U) != 0;
}

Result<std::optional<std::string>> read_script(const HostView& host, const std::string& path) {
  const auto executable = is_executable(host, path);
  if (!executable) return tl::make_unexpected(executable.error());
  if (!*executable) return std::optional<std::string>();
  return read_if_there(host, path);
}

Result<bool> is_masked(const HostView& host, const std::string& unit) {
  const auto target = link_at(host, below(kUnits, unit));
  if (!target) return tl::make_unexpected(target.error());
  return *target == "/dev/null" || *target == "../../../dev/null";
}

Result<bool> starts_at_boot(const HostView& host, const std::string& unit) {
  auto masked = is_masked(host, unit);
  if (!masked) return masked;
  if (*masked) return false;
  for (const auto& directory : {std::string(kUnits), std::string("/usr/lib/systemd/system")}) {
    auto wanted = is_wanted(host, directory, unit);
    if (!wanted || *wanted) return wanted;
  }
  return false;
}

std::vector<Setting> settings_of(const std::string& content) {
  const ConfFile file{.path = {}, .hidden_by = {}, .content = content};
  std::vector<Setting> settings;
  for (const auto& one : procps_assignments(file))
    if (!one.exclusion && !one.pattern()) settings.push_back({one.line, sysctl_key(one.path), std::string(one.value)});
  return settings;
}

void add_setting(const Question& question, const Place& place, const Setting& setting, Writers& writers) {
  if (question.keys.count(setting.key) == 0) return;
  writers.push_back({place.owner, place.file, setting.line, setting.key, setting.value, WriteRule::sets});
}

}  // namespace preflight::sysctl_writers
