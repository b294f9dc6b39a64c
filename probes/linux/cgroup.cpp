// SPDX-License-Identifier: Apache-2.0
// systemd keeps each unit's processes in a control group named after the unit, in the unified hierarchy or its own.
#include "probes/base/text.h"
#include "probes/linux/process.h"

namespace preflight {
namespace {

bool is_unit(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const auto type = name.substr(dot + 1);
  return type == "service" || type == "scope" || type == "socket" || type == "mount" || type == "swap";
}

std::string unit_of_path(std::string_view path) {
  for (auto name : split(path, '/')) {
    // systemd puts '_' before a name that the kernel could take for a file of its own (cg_escape).
    if (!name.empty() && name.front() == '_') name.remove_prefix(1);
    if (is_unit(name)) return std::string(name);
    const bool slice = name.size() > 6 && name.substr(name.size() - 6) == ".slice";
    if (!name.empty() && !slice) return {};
  }
  return {};
}

}  // namespace

std::string unit_of_cgroup(std::string_view text) {
  std::string unit;
  for_each_line(text, [&](std::string_view line) {
    // "0::/path" is the unified hierarchy, "N:name=systemd:/path" systemd's own of the legacy ones.
    const auto controllers = line.find(':');
    if (controllers == std::string_view::npos) return;
    const auto path = line.find(':', controllers + 1);
    if (path == std::string_view::npos) return;
    const auto hierarchy = line.substr(controllers + 1, path - controllers - 1);
    if (unit.empty() && (hierarchy.empty() || hierarchy == "name=systemd")) unit = unit_of_path(line.substr(path + 1));
  });
  return unit;
}

}  // namespace preflight
