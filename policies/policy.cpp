// SPDX-License-Identifier: Apache-2.0
// Days and waivers: a waiver ends with a calendar day in UTC, so that every host of a fleet agrees on it.
#include "policies/policy.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "probes/base/text.h"

namespace preflight {
namespace {

/// A run of digits only: parse_integer also takes a sign.
std::optional<unsigned> digits(std::string_view text) {
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto number = parse_integer(text);
  if (!number) return std::nullopt;
  return static_cast<unsigned>(*number);
}

}  // namespace

std::string to_string(const Day& day) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", day.year, day.month, day.day);
  return text.data();
}

std::string to_string(const PolicyPlace& place) {
  return printable(place.file) + ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
}

Day day_of(std::int64_t seconds_since_epoch) {
  const std::chrono::sys_seconds time{std::chrono::seconds{seconds_since_epoch}};
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())};
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                         std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  return Day{static_cast<int>(*year), *month, *day};
}

bool Waiver::covers(std::string_view check_id, const Subject& about) const {
  if (check != check_id) return false;
  if (!subject.ends_with('*')) return about.text == subject;
  return about.text.starts_with(std::string_view(subject).substr(0, subject.size() - 1));
}

const CheckPolicy& Policy::of(std::string_view check_id) const {
  static const CheckPolicy kUntouched;
  const auto found = checks.find(check_id);
  return found == checks.end() ? kUntouched : found->second;
}

}  // namespace preflight
