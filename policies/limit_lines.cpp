// SPDX-License-Identifier: Apache-2.0
// Losers are told in the order systemd reads them, and a handful at most: a person wants to find the line to change.
#include "policies/limit_lines.h"

#include <memory>

namespace preflight {
namespace {

constexpr std::size_t kMostLines = 6;

std::string quoted(const LimitLine& line) { return line.place() + " (" + line.text + ")"; }

std::string told(const LimitLine& line) {
  switch (line.fate) {
    case LimitFate::decides:
      return "set by " + quoted(line);
    case LimitFate::overridden:
      return "overridden: " + quoted(line);
    case LimitFate::hidden:
      return "hidden by " + line.reason + ": " + quoted(line);
    case LimitFate::ignored:
      break;
  }
  return "ignored by systemd: " + quoted(line) + ": " + line.reason;
}

}  // namespace

std::int64_t as_count(std::uint64_t limit) {
  return limit > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX : static_cast<std::int64_t>(limit);
}

Where where_of(const GivenLimit& given, const UnitProperties& unit) {
  Where where;
  where.object = unit.fragment_path.empty() ? unit.name : unit.fragment_path;
  if (const auto* line = given.deciding(); line != nullptr) {
    where.origin.file = std::make_shared<const std::string>(line->file);
    where.origin.line = line->line;
  }
  return where;
}

std::vector<std::string> told_lines(const GivenLimit& given) {
  const auto* decider = given.deciding();
  const bool of_manager = decider == nullptr || decider->for_all_units;
  std::vector<std::string> told_ones = {decider != nullptr ? told(*decider) : "set by no file: systemd's own default"};
  for (const auto& line : given.lines) {
    if (line.fate == LimitFate::decides || (line.for_all_units && !of_manager)) continue;
    if (told_ones.size() > kMostLines) return told_ones;
    told_ones.push_back(told(line));
  }
  return told_ones;
}

std::vector<std::string> lost_lines(const UnitLimit& limit) {
  std::vector<std::string> lost;
  for (const auto& line : limit.reloaded.lines) {
    if (is_gone_after_boot(line.file) && lost.size() < kMostLines) lost.push_back("gone by then: " + quoted(line));
  }
  return lost;
}

}  // namespace preflight
