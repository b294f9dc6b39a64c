// SPDX-License-Identifier: Apache-2.0
// What counts and what does not is kept side by side: a limit that somebody wrote and systemd never saw must be told.
#include "probes/linux/unit_content.h"

#include <algorithm>
#include <array>
#include <optional>

#include "probes/linux/paths.h"
#include "probes/linux/unit_conf_files.h"
#include "probes/linux/unit_syntax.h"

namespace preflight {
namespace {

constexpr const char* kManagerFile = "/etc/systemd/system.conf";
constexpr std::array<std::string_view, 5> kManagerDirectories = {
    "/etc/systemd/system.conf.d", "/run/systemd/system.conf.d", "/usr/local/lib/systemd/system.conf.d",
    "/usr/lib/systemd/system.conf.d", "/lib/systemd/system.conf.d"};

/// The answer is where systemd gives up on the file.
Result<std::optional<GivenUp>> add_lines(const HostView& host, const ConfFile& file, UnitLines& lines) {
  const auto content = read_unit_conf_file(host, file.path);
  if (content) return add_lines(*content, file, lines);
  if (!file.hidden_by.empty()) return std::optional<GivenUp>();
  if (stops_systemd_too(content.error())) return std::optional(GivenUp{0, content.error().reason});
  return tl::make_unexpected(content.error());
}

/// Those that are there and were not met under another name.
std::vector<std::string> manager_directories(const HostView& host, UnitMoment moment) {
  PathWalk walk(host, "");
  std::vector<std::string> found;
  for (const auto directory : kManagerDirectories) {
    const auto there = walk.find(std::string(directory));
    if (!there || (moment == UnitMoment::boot && is_gone_after_boot(there->resolved))) continue;
    if (std::find(found.begin(), found.end(), there->resolved) == found.end()) found.push_back(there->resolved);
  }
  return found;
}

}  // namespace

std::optional<GivenUp> add_lines(std::string_view content, const ConfFile& file, UnitLines& lines) {
  const auto first = lines.size();
  auto given_up = for_each_setting(content, [&](const Setting& setting) {
    lines.push_back({file.path, setting.line, std::string(setting.section), std::string(setting.key), setting.value,
                     file.hidden_by, setting.read ? "" : "systemd gave up before"});
  });
  for (auto line = lines.begin() + static_cast<std::ptrdiff_t>(first); given_up && line != lines.end(); ++line) {
    if (line->unread.empty()) continue;
    line->unread =
        "systemd reads no further than line " + std::to_string(given_up->line) + ", which " + given_up->reason;
  }
  return given_up;
}

Result<UnitLines> read_unit_lines(const HostView& host, const FoundUnit& unit) {
  UnitLines lines;
  const auto given_up = add_lines(host, {unit.fragment}, lines);
  if (!given_up) return tl::make_unexpected(given_up.error());
  if (*given_up) {
    return fail(
        std::errc::bad_message, unit.fragment,
        "systemd does not load the unit: line " + std::to_string((*given_up)->line) + " " + (*given_up)->reason);
  }
  for (const auto& file : unit.drop_ins) {
    if (const auto added = add_lines(host, file, lines); !added) return tl::make_unexpected(added.error());
  }
  return lines;
}

Result<UnitLines> read_manager_lines(const HostView& host, UnitMoment moment) {
  auto files = list_unit_conf_files(host, manager_directories(host, moment));
  if (!files) return tl::make_unexpected(files.error());
  files->insert(files->begin(), {kManagerFile});
  UnitLines lines;
  std::string unread;
  for (const auto& file : *files) {
    const auto first = lines.size();
    const auto given_up = add_lines(host, file, lines);
    if (!given_up) return tl::make_unexpected(given_up.error());
    for (auto line = lines.begin() + static_cast<std::ptrdiff_t>(first); !unread.empty() && line != lines.end(); ++line)
      line->unread = unread;
    if (*given_up && file.hidden_by.empty() && unread.empty()) {
      const auto line = (*given_up)->line;
      unread = "systemd reads no further than " + file.path + (line == 0 ? "" : ":" + std::to_string(line)) +
               ", which " + (*given_up)->reason;
    }
  }
  return lines;
}

}  // namespace preflight
