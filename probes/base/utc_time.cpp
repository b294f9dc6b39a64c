// SPDX-License-Identifier: Apache-2.0
// RFC 3339 in UTC by the calendar of <chrono>: no time zone data base, no locale.
#include "probes/base/utc_time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace preflight {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLast = 253'402'300'799;  // 9999-12-31T23:59:59Z

}  // namespace

std::string rfc3339(std::int64_t seconds) {
  const auto time = std::clamp<std::int64_t>(seconds, 0, kLast);
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{time / kDay}}};
  const auto rest = static_cast<unsigned>(time % kDay);
  std::array<char, 48> buffer{};
  const int written = std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02u:%02u:%02uZ",
                                    static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                                    static_cast<unsigned>(day.day()), rest / 3600, rest / 60 % 60, rest % 60);
  return {buffer.data(), static_cast<std::size_t>(written)};
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kShape.size()) return std::nullopt;
  const auto number = [text](std::size_t from, std::size_t length) {
    int value = -1;
    std::from_chars(text.data() + from, text.data() + from + length, value);
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year{number(0, 4)},
                                        std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                        std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  if (!day.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days{day}.time_since_epoch().count();
  const auto seconds = days * kDay + number(11, 2) * 3600L + number(14, 2) * 60L + number(17, 2);
  if (rfc3339(seconds) != text) return std::nullopt;  // wrong separators, hour 24, a year before 1970
  return seconds;
}

}  // namespace preflight
