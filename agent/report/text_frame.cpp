// SPDX-License-Identifier: Apache-2.0
// The gutter is as wide as the largest number; what is beyond the width of the page is cut, not broken.
#include "agent/report/text_frame.h"

#include <algorithm>
#include <string>

namespace preflight::text {
namespace {

constexpr std::size_t kIndent = 2;

std::string gutter(std::string number, std::size_t width) {
  number.insert(0, kIndent + width - std::min(width, number.size()), ' ');
  return number + " |";
}

/// The strokes below a line, as far as they leave room for the word behind them.
std::string strokes(std::string_view line, std::size_t margin, std::string_view word) {
  const std::string shown = source_text(line);
  const auto indent = std::min(shown.find_first_not_of(' '), shown.size());
  const auto length = columns(shown) - indent;
  const auto taken = margin + 1 + indent + 1 + columns(word);
  const auto room = kWidth > taken ? kWidth - taken : 1;
  return std::string(indent, ' ') + std::string(std::min(length, room), '^') + " " + std::string(word);
}

}  // namespace

void add_frame(Page& page, const CodeFrame& frame, std::string_view word) {
  const std::size_t width = std::to_string(frame.first + frame.lines.size()).size();
  page.add({{.text = "-->", .column = kIndent + width - 1}, {.text = frame.file + ":" + std::to_string(frame.line)}});
  for (std::size_t i = 0; i < frame.lines.size(); ++i) {
    const auto number = frame.first + static_cast<std::uint32_t>(i);
    const bool meant = number == frame.line;
    const auto margin = gutter(std::to_string(number), width);
    page.add_source({.text = margin, .ink = Ink::faint},
                    {.text = frame.lines[i], .ink = meant ? Ink::strong : Ink::faint});
    if (!meant) continue;
    const auto below = gutter("", width);
    page.add_source({.text = below, .ink = Ink::faint},
                    {.text = strokes(frame.lines[i], columns(below), word), .ink = Ink::good});
  }
}

}  // namespace preflight::text
