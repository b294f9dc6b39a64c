// SPDX-License-Identifier: Apache-2.0
// One neighbour on either side is enough to find a line by, and leaves room on the screen for the rest.
#include "agent/report/code_frame.h"

#include <algorithm>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::uint32_t kNeighbours = 1;
constexpr std::size_t kLargest = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kLongestLine = 400;

}  // namespace

CodeFrame CodeFrames::around(const std::string& file, std::uint32_t line, const std::string& text) {
  auto known = contents_.find(file);
  if (known == contents_.end()) {
    auto content = host_.read(file, kLargest);
    known = contents_.emplace(file, content ? std::optional(std::move(*content)) : std::nullopt).first;
  }
  CodeFrame frame{.file = file, .line = line, .first = line > kNeighbours ? line - kNeighbours : 1, .lines = {}};
  std::uint32_t number = 0;
  for_each_line(known->second ? std::string_view(*known->second) : std::string_view(), [&](std::string_view each) {
    ++number;
    if (number >= frame.first && number <= line + kNeighbours) frame.lines.emplace_back(each.substr(0, kLongestLine));
  });
  if (number >= line) return frame;
  return {.file = file, .line = line, .first = line, .lines = {text}};
}

}  // namespace preflight
