// SPDX-License-Identifier: Apache-2.0
// Sections of "key = value" as Python's configparser reads them with '=' alone as the delimiter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace preflight::sysctl_writers {

struct IniOption {
  std::string section;
  std::string key;    // empty: the section begins here
  std::string value;  // continued lines are joined by a line end
  std::uint32_t line = 0;
};

/// In the order written, `section` being what comes before the first header. Nothing where configparser refuses the
/// file as a whole.
[[nodiscard]] std::optional<std::vector<IniOption>> parse_ini(std::string_view text, std::string_view section = "");

/// The last value of a key in a section, as configparser has it.
[[nodiscard]] std::optional<std::string> find_option(const std::vector<IniOption>& options, std::string_view section,
                                                     std::string_view key);

}  // namespace preflight::sysctl_writers
