// SPDX-License-Identifier: Apache-2.0
// The assignments of a unit's files in the order systemd applies them, with those it passes over, each with its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/unit_search.h"
#include "probes/linux/unit_syntax.h"

namespace preflight {

struct UnitLine {
  std::string file;
  std::uint32_t line = 0;
  std::string section;
  std::string key;
  std::string value;
  std::string hidden_by{};  // the file of this name that counts instead
  std::string unread{};     // why systemd gave up before this line

  [[nodiscard]] bool counts() const { return hidden_by.empty() && unread.empty(); }
};
using UnitLines = std::vector<UnitLine>;

/// Adds those of one file, whose content is known; the answer is where systemd gives up on it.
std::optional<GivenUp> add_lines(std::string_view content, const ConfFile& file, UnitLines& lines);

/// Fragment, then drop-ins; systemd that gives up on a drop-in goes on with the next one. bad_message where it gives up
/// on the fragment, because it does not load such a unit; an error too where a file that counts cannot be read.
[[nodiscard]] Result<UnitLines> read_unit_lines(const HostView& host, const FoundUnit& unit);

/// system.conf and its drop-ins (systemd-system.conf(5)). Nothing is read behind a line that systemd cannot take, not
/// even the files that follow.
[[nodiscard]] Result<UnitLines> read_manager_lines(const HostView& host, UnitMoment moment);

}  // namespace preflight
