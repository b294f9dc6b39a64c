// SPDX-License-Identifier: Apache-2.0
// The lines of a unit file or of system.conf, as systemd 252 takes them apart (systemd.syntax(7)).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "probes/base/result.h"

namespace preflight {

/// One assignment as written. `section` is empty before the first header, where systemd passes it over.
struct Setting {
  std::string_view section;
  std::string_view key;
  std::string value;
  std::uint32_t line = 0;  // the first one of a continued line
  bool read = true;        // false: systemd had given up on the file before
};

using TakeSetting = std::function<void(const Setting&)>;

/// Where systemd gives up on a file, and why: what it read until then holds.
struct GivenUp {
  std::uint32_t line = 0;
  std::string reason;
};

/// Calls `take` for each assignment in the order written: lines end at a line feed, a carriage return or a NUL byte, a
/// backslash at the end continues one (lines of comment in between do not count), an odd header or a line that is not
/// UTF-8 ends the reading.
std::optional<GivenUp> for_each_setting(std::string_view text, const TakeSetting& take);

}  // namespace preflight
