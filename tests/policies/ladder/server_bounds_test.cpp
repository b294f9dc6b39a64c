// SPDX-License-Identifier: Apache-2.0
// minconn and fullconn: by hand, by adding one connection after the other, and as haproxy 2.6 did it under load.
#include "policies/ladder/server_bounds.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace preflight::ladder {
namespace {

using haproxy::Number;
using haproxy::Server;

Server server(std::int64_t maxconn, std::int64_t minconn, std::uint32_t count = 1) {
  Server made;
  made.count = count;
  if (maxconn != 0) made.settings.maxconn = Number{maxconn, {}};
  if (minconn != 0) made.settings.minconn = Number{minconn, {}};
  return made;
}

std::vector<std::int64_t> caps(const std::vector<Server>& servers, std::optional<std::int64_t> fullconn) {
  std::vector<const Server*> pointers;
  pointers.reserve(servers.size());
  for (const Server& each : servers) pointers.push_back(&each);
  std::vector<std::int64_t> found;
  for (const Glass& glass : glasses_of(pointers, fullconn)) found.push_back(glass.cap);
  return found;
}

using Caps = std::vector<std::int64_t>;

TEST(ServerBounds, MaxconnAloneIsTheBound) {
  EXPECT_EQ(caps({server(8, 0), server(0, 0)}, 12), (Caps{8, kBottomless}));
  EXPECT_EQ(caps({server(8, 8)}, 12), Caps{8});
}

TEST(ServerBounds, MinconnAloneOrAboveMaxconnIsAMaxconn) {
  EXPECT_EQ(caps({server(0, 7)}, 100), Caps{7});
  EXPECT_EQ(caps({server(5, 7)}, 100), Caps{7});
}

TEST(ServerBounds, FewConnectionsLeaveLessThanMaxconn) {
  EXPECT_EQ(caps({server(8, 6)}, 12), Caps{6}) << "the seventh would need a bound of 7, and 7 x 8 / 12 is 4";
  EXPECT_EQ(caps({server(500, 50)}, 5000), Caps{50});
}

TEST(ServerBounds, AFullconnThatTheServersReachLetsThemGrow) {
  EXPECT_EQ(caps({server(8, 2)}, 8), Caps{8});
  EXPECT_EQ(caps({server(100000, 1)}, 100000), Caps{100000});
}

TEST(ServerBounds, WhereOneTakesAnyNumberNothingWaits) {
  EXPECT_EQ(caps({server(8, 6), server(0, 0)}, 12), (Caps{8, kBottomless}));
}

TEST(ServerBounds, WithoutFullconnTheMostIsTaken) { EXPECT_EQ(caps({server(8, 6)}, std::nullopt), Caps{8}); }

/// One connection after the other, as srv_dynamic_maxconn() judges each.
std::int64_t poured(const std::vector<Server>& servers, std::int64_t fullconn) {
  for (std::int64_t held = 0;; ++held) {
    std::int64_t room = 0;
    for (const Server& each : servers) {
      const auto most = each.settings.maxconn->value;
      const auto grown = std::max(each.settings.minconn->value, (held + 1) * most / fullconn);
      room += (held + 1 >= fullconn ? most : grown) * each.count;
    }
    if (room <= held) return held;
  }
}

TEST(ServerBounds, OfRandomBackendsAsIfPoured) {
  std::mt19937 random(7);
  const auto number = [&](int least, int most) { return std::uniform_int_distribution(least, most)(random); };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Server> servers;
    for (int i = number(1, 4); i > 0; --i) {
      const int minconn = number(1, 20);
      servers.push_back(server(number(minconn, 60), minconn, static_cast<std::uint32_t>(number(1, 3))));
    }
    const int fullconn = number(1, 200);
    std::int64_t sum = 0;
    const auto found = caps(servers, fullconn);
    for (std::size_t i = 0; i < servers.size(); ++i) sum += found[i] * servers[i].count;
    ASSERT_EQ(sum, poured(servers, fullconn)) << "round " << round;
  }
}

}  // namespace
}  // namespace preflight::ladder
