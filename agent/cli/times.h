// SPDX-License-Identifier: Apache-2.0
// Lengths of time on the command line: "500ms", "2s", "5m", "1h".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace preflight::cli {

/// The times an option takes, and how its complaint says so.
struct Times {
  std::chrono::milliseconds least;
  std::chrono::milliseconds most;
  std::string_view words;
};

inline constexpr Times kSampleTimes{std::chrono::seconds(0), std::chrono::minutes(1),
                                    "from 0 to 60s, such as 2s or 500ms"};
inline constexpr Times kConfirmTimes{std::chrono::seconds(10), std::chrono::hours(1),
                                     "from 10s to 1h, such as 120s or 5m"};
inline constexpr Times kWaitTimes{std::chrono::seconds(0), std::chrono::hours(1), "from 0 to 1h, such as 30s or 10m"};

/// A number with its unit, or a bare 0; nullopt for anything else, and beyond `times`.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_time(std::string_view word, const Times& times);

}  // namespace preflight::cli
