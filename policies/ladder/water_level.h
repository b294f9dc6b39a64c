// SPDX-License-Identifier: Apache-2.0
// Connections spread evenly over servers, as balance roundrobin and leastconn do: a server that is full at its own
// maxconn leaves its share to the others, like glasses under one stream.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace preflight::ladder {

/// Alike servers.
struct Glass {
  std::int64_t cap = 0;    // connections one of them takes; kBottomless: no bound
  std::int64_t count = 1;  // how many of them
};
inline constexpr std::int64_t kBottomless = INT64_MAX;

/// All servers of a backend.
class WaterLevel {
 public:
  explicit WaterLevel(std::vector<Glass> glasses);

  /// How many connections they take together; nothing when one of them takes any number.
  [[nodiscard]] std::optional<std::int64_t> capacity() const;

  /// How many connections there are in all when `some` of the servers, which share `room` source ports, have used them
  /// up; nothing when their own maxconns never let them.
  [[nodiscard]] std::optional<std::int64_t> total_when_full(std::vector<Glass> some, std::int64_t room) const;

 private:
  std::vector<Glass> glasses_;        // by rising cap
  std::vector<std::int64_t> poured_;  // what the first i of them hold when they are full
  std::int64_t servers_ = 0;
};

}  // namespace preflight::ladder
