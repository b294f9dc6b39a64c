// SPDX-License-Identifier: Apache-2.0
// The same search and the same lines that decide a unit's limit give the rest of what it says.
#include "probes/linux/unit_files.h"

#include <algorithm>

#include "probes/linux/unit_content.h"
#include "probes/linux/unit_limit.h"
#include "probes/linux/unit_name.h"
#include "probes/linux/unit_settings.h"

namespace preflight {
namespace {

/// Whether some target wants it: a link of its name in a ".wants" or ".requires" directory.
bool is_wanted(const HostView& host, const std::string& directory, const std::string& name) {
  const auto names = host.list(directory);
  if (!names) return false;
  return std::any_of(names->begin(), names->end(), [&](const std::string& entry) {
    const auto dot = entry.rfind('.');
    const auto kind = dot == std::string::npos ? std::string() : entry.substr(dot);
    return (kind == ".wants" || kind == ".requires") && host.link(directory + "/" + entry + "/" + name).has_value();
  });
}

std::string enabled_state(const HostView& host, const std::string& name, bool installable) {
  if (is_wanted(host, "/etc/systemd/system", name)) return "enabled";
  if (is_wanted(host, "/run/systemd/system", name)) return "enabled-runtime";
  return installable ? "disabled" : "static";
}

Result<void> read_properties(const HostView& host, const FoundUnit& found, UnitProperties& unit) {
  const auto lines = read_unit_lines(host, found);
  if (!lines) return tl::make_unexpected(lines.error());
  bool installable = false;
  for (const auto& line : *lines) {
    if (!line.counts()) continue;
    if (line.section == "Service") apply_service_setting(unit, line.key, line.value);
    installable = installable || line.section == "Install";
  }
  for (const auto& file : found.drop_ins) {
    if (file.hidden_by.empty()) unit.drop_in_paths.push_back(file.path);
  }
  const auto manager = read_manager_lines(host, UnitMoment::reload);
  if (!manager) return tl::make_unexpected(manager.error());
  const auto given = given_limit(*manager, *lines);
  unit.limit_nofile_soft = given.limits.soft;
  unit.limit_nofile = given.limits.hard;
  unit.unit_file_state = enabled_state(host, unit.name, installable);
  return {};
}

}  // namespace

Result<UnitProperties> unit_from_files(const HostView& host, const std::string& name) {
  if (!unit_name_kind(name)) return fail(std::errc::invalid_argument, name, "not the name of a unit");
  auto search = UnitSearch::open(host);
  if (!search) return tl::make_unexpected(search.error());
  const auto found = search->find(name, UnitMoment::reload);
  if (!found) return tl::make_unexpected(found.error());
  UnitProperties unit;
  unit.name = found->id;
  unit.fragment_path = found->fragment;
  if (found->masked) {
    unit.unit_file_state = "masked";
    return unit;
  }
  if (const auto read = read_properties(host, *found, unit); !read) return tl::make_unexpected(read.error());
  return unit;
}

}  // namespace preflight
