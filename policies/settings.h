// SPDX-License-Identifier: Apache-2.0
// The numbers of a check that a policy may change: declared with the check, so an unknown name is an error.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace preflight {

/// A declared number of one check, e.g. {"warn_percent", 80, 1, 100, "share of the limit in use"}.
struct Parameter {
  std::string_view name;
  std::int64_t standard = 0;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view meaning;
};

/// That many percent of a number, rounded down, without overflow for any number that is not negative.
[[nodiscard]] constexpr std::int64_t percent_of(std::int64_t whole, std::int64_t percent) {
  return whole / 100 * percent + whole % 100 * percent / 100;
}

/// The effective parameters of one check: what policy set, else the standard.
class Settings {
 public:
  std::map<std::string, std::int64_t, std::less<>> values;

  /// The value in force for `parameter`.
  [[nodiscard]] std::int64_t get(const Parameter& parameter) const;
};

}  // namespace preflight
