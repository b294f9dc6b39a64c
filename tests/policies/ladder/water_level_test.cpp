// SPDX-License-Identifier: Apache-2.0
// Even shares, computed by hand and by pouring one connection after the other.
#include "policies/ladder/water_level.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace preflight::ladder {
namespace {

using Full = std::optional<std::int64_t>;

TEST(WaterLevel, ServersWithoutABoundHaveNoCapacity) {
  EXPECT_EQ(WaterLevel({}).capacity(), std::nullopt);
  EXPECT_EQ(WaterLevel({{kBottomless, 1}}).capacity(), std::nullopt);
  EXPECT_EQ(WaterLevel({{500, 1}, {kBottomless, 1}}).capacity(), std::nullopt);
}

TEST(WaterLevel, BoundedOnesHaveTheirSum) {
  EXPECT_EQ(WaterLevel({{500, 1}, {300, 1}}).capacity(), 800);
  EXPECT_EQ(WaterLevel({{500, 10}}).capacity(), 5000);
}

TEST(WaterLevel, OneServerTakesAll) {
  EXPECT_EQ(WaterLevel({{kBottomless, 1}}).total_when_full({{kBottomless, 1}}, 28231), 28231);
}

TEST(WaterLevel, TwoServersTakeTwiceAsMuch) {
  EXPECT_EQ(WaterLevel({{kBottomless, 1}, {kBottomless, 1}}).total_when_full({{kBottomless, 1}}, 28231), 56462);
}

TEST(WaterLevel, ServersOnOneDestinationShareItsPorts) {
  EXPECT_EQ(WaterLevel({{kBottomless, 2}}).total_when_full({{kBottomless, 2}}, 59), 59);
  EXPECT_EQ(WaterLevel({{kBottomless, 3}}).total_when_full({{kBottomless, 2}}, 59), 88);
}

/// The bounded one is full at 10; the other takes the rest.
TEST(WaterLevel, AFullServerLeavesItsShareToTheOthers) {
  const WaterLevel level({{10, 1}, {kBottomless, 1}});
  EXPECT_EQ(level.total_when_full({{kBottomless, 1}}, 60), 70);
  EXPECT_EQ(level.total_when_full({{10, 1}}, 60), Full()) << "its own maxconn keeps it from using 60 ports";
  EXPECT_EQ(level.total_when_full({{10, 1}}, 10), Full()) << "ten connections find ten ports";
  EXPECT_EQ(level.total_when_full({{10, 1}}, 9), 18);
}

TEST(WaterLevel, NoRoomIsReachedAtOnce) {
  EXPECT_EQ(WaterLevel({{kBottomless, 2}}).total_when_full({{kBottomless, 1}}, 0), 0);
}

TEST(WaterLevel, HugeNumbersDoNotOverflow) {
  const WaterLevel level({{INT32_MAX, 4'000'000'000}, {kBottomless, 4'000'000'000}});
  EXPECT_EQ(level.capacity(), std::nullopt);
  EXPECT_GT(level.total_when_full({{kBottomless, 1}}, 65535).value(), 0);
  EXPECT_GT(WaterLevel({{INT32_MAX, 4'000'000'000}}).capacity().value(), 0);
}

/// One connection after the other to the emptiest server that has room for it, as leastconn does, until one of the
/// first `sharing` servers finds no port.
std::int64_t poured(const std::vector<std::int64_t>& caps, std::size_t sharing, std::int64_t room) {
  std::vector<std::int64_t> held(caps.size(), 0);
  for (std::int64_t total = 0; total < 1000; ++total) {
    std::size_t emptiest = caps.size();
    // Of equals the last, so that those who share run out as late as they can.
    for (std::size_t i = 0; i < caps.size(); ++i) {
      const bool open = held[i] < caps[i];
      if (open && (emptiest == caps.size() || held[i] <= held[emptiest])) emptiest = i;
    }
    if (emptiest == caps.size()) return -1;  // every server is full
    if (emptiest < sharing && room-- == 0) return total;
    ++held[emptiest];
  }
  return -1;  // the others take any number
}

TEST(WaterLevel, EqualsPouringOneByOne) {
  std::mt19937 random(7);
  const auto up_to = [&](std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(random); };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::int64_t> caps(static_cast<std::size_t>(1 + up_to(4)));
    std::vector<Glass> all;
    for (auto& cap : caps) {
      cap = up_to(2) == 0 ? kBottomless : 1 + up_to(30);
      all.push_back({cap, 1});
    }
    const auto sharing = static_cast<std::size_t>(1 + up_to(static_cast<std::int64_t>(caps.size()) - 1));
    const auto room = up_to(40);
    const auto full =
        WaterLevel(all).total_when_full({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(sharing)}, room);
    const auto expected = poured(caps, sharing, room);
    if (!full) {
      EXPECT_EQ(expected, -1);
    } else {
      // the order of equals is worth less than one connection a server
      EXPECT_NEAR(static_cast<double>(*full), static_cast<double>(expected), static_cast<double>(caps.size())) << round;
    }
  }
}

}  // namespace
}  // namespace preflight::ladder
