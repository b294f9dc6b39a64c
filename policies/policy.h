// SPDX-License-Identifier: Apache-2.0
// What a site decided about the checks: which run, how bad they may be, their numbers, and the findings it accepts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/check.h"

namespace preflight {

/// A calendar day in UTC.
struct Day {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  friend auto operator<=>(const Day&, const Day&) = default;
};
/// "2027-01-31".
[[nodiscard]] std::string to_string(const Day& day);
[[nodiscard]] Day day_of(std::int64_t seconds_since_epoch);
/// "2027-01-31" and nothing else; nullopt for a day that is not in the calendar.
[[nodiscard]] std::optional<Day> parse_day(std::string_view text);

/// Where a setting was written: file, line and column.
struct PolicyPlace {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// "policy.toml:3:7", printable.
[[nodiscard]] std::string to_string(const PolicyPlace& place);

/// An accepted finding. All fields are required; after `expires` (UTC, that day included) the finding is back.
struct Waiver {
  std::string check;
  std::string subject;  // exact, or a prefix with a trailing '*'
  std::string reason;
  std::string owner;
  Day expires;
  PolicyPlace place;

  [[nodiscard]] bool covers(std::string_view check_id, const Subject& about) const;
};

/// What policy says of one check.
struct CheckPolicy {
  bool enabled = true;
  std::optional<Severity> severity{};  // the worst it may report
  Settings settings;
};

/// Numbers to assume where no configuration can be read (`[assume]`).
struct Assumption {
  std::optional<std::int64_t> maxconn{};
  PolicyPlace place{};  // of maxconn
};

struct Policy {
  std::map<std::string, CheckPolicy, std::less<>> checks;  // only those somebody wrote about
  std::vector<Waiver> waivers;
  Assumption assume;
  std::vector<std::string> files;  // in the order read, "built-in" first

  [[nodiscard]] const CheckPolicy& of(std::string_view check_id) const;
};

}  // namespace preflight
