// SPDX-License-Identifier: Apache-2.0
// Small text operations shared by the readers: strict numbers, trimming, splitting, and making hostile bytes printable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace preflight {

/// A whole decimal integer and nothing else (an optional leading '-'); nullopt for anything else or overflow.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// Without leading and trailing blanks, tabs and line ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The pieces between separators, empty ones included; one piece for an empty text.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// The words between runs of blanks, tabs and line ends; never an empty one.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);

/// Calls `line(text)` for each line, the line end removed; a last line without one counts too.
template <typename F>
void for_each_line(std::string_view text, F&& line) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    line(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// ASCII letters made small; every other byte stays.
[[nodiscard]] std::string lowercase(std::string_view text);

/// Text that can be shown on a terminal: control bytes, DEL, C1 controls, bidirectional and zero-width characters and
/// invalid UTF-8 become \xHH or \u{HHHH}; printable UTF-8 stays. A line end is escaped too.
[[nodiscard]] std::string printable(std::string_view text);

/// Whether every byte belongs to a valid UTF-8 sequence (no overlong form, surrogate or value above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

/// 1234567 -> "1,234,567".
[[nodiscard]] std::string grouped(std::int64_t value);

/// Bytes for people: 1234567890 -> "1,234 MB"; less than a megabyte in bytes.
[[nodiscard]] std::string in_megabytes(std::int64_t bytes);

}  // namespace preflight
