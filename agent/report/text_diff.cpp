// SPDX-License-Identifier: Apache-2.0
// As `diff -u` colours it.
#include "agent/report/text_diff.h"

#include <algorithm>
#include <string_view>

#include "agent/report/unified_diff.h"

namespace preflight::text {
namespace {

constexpr std::size_t kMostLines = 200;

Ink ink_of(std::string_view line) {
  if (line.starts_with("+")) return Ink::good;
  return line.starts_with("-") ? Ink::error : Ink::plain;
}

}  // namespace

void add_diff(Page& page, const std::string& path, const std::optional<FileImage>& before,
              const std::optional<FileImage>& after) {
  const auto lines = unified_diff(path, content_of(before), content_of(after));
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i)
    page.add_source({.text = "   "}, {.text = source_text(lines[i]), .ink = ink_of(lines[i])});
  if (lines.size() > kMostLines)
    page.add({{.text = std::to_string(lines.size() - kMostLines) + " more lines", .column = 4}});
  const bool only_around = lines.empty() && before && after && !before->same_as(*after);
  if (only_around) page.add({{.text = "its mode, owner or attributes differ", .column = 4}});
}

}  // namespace preflight::text
