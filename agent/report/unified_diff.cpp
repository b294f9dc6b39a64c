// SPDX-License-Identifier: Apache-2.0
// The longest common subsequence by the textbook's table: our files have a dozen lines. Of larger ones the part between
// the first and the last change is shown as replaced.
#include "agent/report/unified_diff.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace preflight {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::size_t kMostCells = std::size_t{4} * 1024 * 1024;
constexpr const char* kNoLineEnd = "\\ No newline at end of file";

using Lines = std::vector<std::string>;

struct Edit {
  char sign = ' ';  // ' ', '-' or '+'
  std::string line;
};
using Edits = std::vector<Edit>;

/// A last line without its end is another line than one with it.
Lines lines_of(const std::optional<std::string>& content) {
  Lines lines;
  std::string_view rest = content ? std::string_view(*content) : std::string_view();
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    lines.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) {
      lines.back() += std::string("\n") + kNoLineEnd;
      break;
    }
    rest.remove_prefix(end + 1);
  }
  return lines;
}

void add(Edits& edits, char sign, const Lines& lines, std::size_t from, std::size_t to) {
  for (auto i = from; i < to; ++i) edits.push_back({sign, lines[i]});
}

/// The edits of a middle whose first and last lines differ.
void add_middle(Edits& edits, const Lines& a, const Lines& b, std::size_t begin, std::size_t a_end, std::size_t b_end) {
  const auto rows = a_end - begin + 1;
  const auto columns = b_end - begin + 1;
  if (rows * columns > kMostCells) {
    add(edits, '-', a, begin, a_end);
    add(edits, '+', b, begin, b_end);
    return;
  }
  std::vector<std::uint32_t> longest(rows * columns, 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return longest[i * columns + j]; };
  for (auto i = rows - 1; i-- > 0;) {
    for (auto j = columns - 1; j-- > 0;)
      at(i, j) = a[begin + i] == b[begin + j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i + 1 < rows || j + 1 < columns) {
    if (i + 1 < rows && j + 1 < columns && a[begin + i] == b[begin + j]) {
      edits.push_back({' ', a[begin + i]});
      ++i;
      ++j;
    } else if (i + 1 < rows && (j + 1 == columns || at(i + 1, j) >= at(i, j + 1))) {
      edits.push_back({'-', a[begin + i++]});
    } else {
      edits.push_back({'+', b[begin + j++]});
    }
  }
}

Edits edits_of(const Lines& a, const Lines& b) {
  std::size_t begin = 0;
  while (begin < a.size() && begin < b.size() && a[begin] == b[begin]) ++begin;
  std::size_t same_tail = 0;
  while (same_tail + begin < a.size() && same_tail + begin < b.size() &&
         a[a.size() - 1 - same_tail] == b[b.size() - 1 - same_tail])
    ++same_tail;
  Edits edits;
  add(edits, ' ', a, 0, begin);
  add_middle(edits, a, b, begin, a.size() - same_tail, b.size() - same_tail);
  add(edits, ' ', a, a.size() - same_tail, a.size());
  return edits;
}

/// "12,4"; a range of none begins before the line it would follow.
std::string range_text(std::size_t first, std::size_t count) {
  const auto start = count == 0 ? first : first + 1;
  return std::to_string(start) + (count == 1 ? "" : "," + std::to_string(count));
}

class Hunks {
 public:
  explicit Hunks(const Edits& edits) : edits_(edits) {}

  Lines text() {
    std::size_t i = 0;
    while (i < edits_.size()) {
      if (edits_[i].sign == ' ') {
        ++i;
        continue;
      }
      const auto begin = i > kContext ? i - kContext : 0;
      const auto end = hunk_end(i);
      add_hunk(std::max(begin, done_), end);
      i = done_ = end;
    }
    return std::move(lines_);
  }

 private:
  /// Past the context after the last change that is near enough to the one before it.
  std::size_t hunk_end(std::size_t change) const {
    auto last = change;
    for (auto i = change; i < edits_.size() && i <= last + 2 * kContext; ++i)
      if (edits_[i].sign != ' ') last = i;
    return std::min(last + kContext + 1, edits_.size());
  }

  void add_hunk(std::size_t begin, std::size_t end) {
    const auto count = [&](std::size_t from, std::size_t to, char without) {
      return static_cast<std::size_t>(std::count_if(edits_.begin() + static_cast<std::ptrdiff_t>(from),
                                                    edits_.begin() + static_cast<std::ptrdiff_t>(to),
                                                    [&](const Edit& edit) { return edit.sign != without; }));
    };
    lines_.push_back("@@ -" + range_text(count(0, begin, '+'), count(begin, end, '+')) + " +" +
                     range_text(count(0, begin, '-'), count(begin, end, '-')) + " @@");
    for (auto i = begin; i < end; ++i) add_line(edits_[i]);
  }

  void add_line(const Edit& edit) {
    const auto end = edit.line.find('\n');
    lines_.push_back(edit.sign + edit.line.substr(0, end));
    if (end != std::string::npos) lines_.emplace_back(kNoLineEnd);
  }

  const Edits& edits_;
  Lines lines_;
  std::size_t done_ = 0;
};

}  // namespace

Lines unified_diff(const std::string& path, const std::optional<std::string>& before,
                   const std::optional<std::string>& after) {
  if (before == after) return {};
  const auto edits = edits_of(lines_of(before), lines_of(after));
  auto lines = Hunks(edits).text();
  const std::string absent = "/dev/null";
  lines.insert(lines.begin(), {"--- " + (before ? path : absent), "+++ " + (after ? path : absent)});
  return lines;
}

}  // namespace preflight
