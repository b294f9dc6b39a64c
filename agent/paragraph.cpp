// SPDX-License-Identifier: Apache-2.0
// Greedy wrapping; a word longer than the line (a path, a link) stays whole, because people copy it.
#include "agent/paragraph.h"

#include "probes/base/text.h"

namespace preflight {

std::string paragraph(std::string_view text, std::size_t indent) {
  constexpr std::size_t kWidth = 80;
  const std::string margin(indent, ' ');
  std::string wrapped;
  std::string line;
  for (const auto word : words(text)) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) {
      wrapped += margin + line + '\n';
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  return wrapped + margin + line + '\n';
}

}  // namespace preflight
