// SPDX-License-Identifier: Apache-2.0
#include "agent/cli/times.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "probes/base/text.h"

namespace preflight::cli {
namespace {

constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}};

/// Milliseconds in one of them; nullopt where there is no such unit.
std::optional<std::int64_t> milliseconds_in(std::string_view unit) {
  const auto is_it = [&](const auto& one) { return one.first == unit; };
  const auto* const found = std::find_if(std::begin(kUnits), std::end(kUnits), is_it);
  return found == std::end(kUnits) ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_time(std::string_view word, const Times& times) {
  const auto end = std::min(word.find_first_not_of("0123456789"), word.size());
  const auto number = parse_integer(word.substr(0, end));
  const auto unit = word == "0" ? 1 : milliseconds_in(word.substr(end));
  // Bounded before it is multiplied.
  if (!number || !unit || *number > times.most.count()) return std::nullopt;
  const std::chrono::milliseconds time(*number * *unit);
  return time >= times.least && time <= times.most ? std::optional(time) : std::nullopt;
}

}  // namespace preflight::cli
