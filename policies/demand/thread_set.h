// SPDX-License-Identifier: Apache-2.0
// The threads that `thread` on a bind line names: numbers are absolute, or relative to a group written before a slash.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace preflight::demand {

/// More threads than any haproxy runs (64 groups of 64).
inline constexpr std::size_t kMostThreads = 4096;

/// Bit n stands for thread n + 1.
using ThreadSet = std::bitset<kMostThreads>;

/// How many threads there are, and in how many groups haproxy divides them, as evenly as it can.
struct ThreadLayout {
  std::int64_t threads = 1;
  std::int64_t groups = 1;
};

/// "2", "1-4", "3-", "odd", "even", "all", each perhaps after "GROUP/"; several are separated by commas. Threads that
/// do not exist are left out (configuration manual, section 5.1, thread).
[[nodiscard]] ThreadSet threads_of(std::string_view written, const ThreadLayout& layout);

}  // namespace preflight::demand
