// SPDX-License-Identifier: Apache-2.0
// Optimal string alignment distance in three rows; the length is bounded because the typed name comes from outside.
#include "policies/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace preflight {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kShortestPrefix = 3;

using Row = std::array<std::size_t, kLongestName + 1>;

std::size_t distance(std::string_view a, std::string_view b) {
  Row before_last{};
  Row last{};
  Row current{};
  for (std::size_t j = 0; j <= b.size(); ++j) last.at(j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current.at(0) = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last.at(j - 1) + (a[i - 1] == b[j - 1] ? 0U : 1U);
      std::size_t best = std::min({last.at(j) + 1, current.at(j - 1) + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        best = std::min(best, before_last.at(j - 2) + 1);
      current.at(j) = best;
    }
    before_last = last;
    last = current;
  }
  return last.at(b.size());
}

}  // namespace

std::string_view nearest(std::string_view typed, std::span<const std::string_view> names) {
  if (typed.empty() || typed.size() > kLongestName) return {};
  std::string_view best;
  std::size_t allowed = std::max<std::size_t>(1, typed.size() / 3);
  for (const std::string_view name : names) {
    if (name.size() > kLongestName) continue;
    const std::size_t edits = distance(typed, name);
    if (edits > allowed || (edits == allowed && !best.empty())) continue;
    best = name;
    allowed = edits;
  }
  if (!best.empty() || typed.size() < kShortestPrefix) return best;
  const auto longer = std::find_if(names.begin(), names.end(), [&](auto name) { return name.starts_with(typed); });
  return longer == names.end() ? std::string_view{} : *longer;
}

}  // namespace preflight
