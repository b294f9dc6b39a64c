// SPDX-License-Identifier: Apache-2.0
// The arithmetic of releases and machines that the real program at hand cannot show.
#include "policies/demand.h"

#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::test {
namespace {

constexpr haproxy::Version k26{2, 6, 12};
constexpr haproxy::Version k28{2, 8, 0};
constexpr haproxy::Version k30{3, 0, 9};
constexpr haproxy::Version k31{3, 1, 0};

World with(const std::string& global, const std::string& rest, haproxy::Version version = k26,
           std::int64_t threads = 4) {
  World world;
  world.instance().binary->version = version;
  world.instance().binary->default_threads = threads;
  world.config("global\n" + global + "defaults\n  mode http\n" + rest);
  return world;
}

InstanceDemand of(const World& world) { return world.demand().instances.front(); }

std::int64_t descriptors(const World& world) {
  const auto need = of(world).file_descriptors;
  EXPECT_TRUE(need);
  return need ? need->value : -1;
}

/// What is left of the descriptors after maxconn 1000, the reserve and the threads: the listeners of this bind.
std::int64_t listeners(const std::string& bind, haproxy::Version version, std::int64_t threads,
                       const std::string& global = "") {
  const auto world = with("  maxconn 1000\n" + global, "frontend f\n  bind " + bind + "\n", version, threads);
  return descriptors(world) - 2 * 1000 - 10 - 3 * threads;
}

TEST(Demand, ShardsMultiplyListeners) {
  struct Row {
    const char* bind;
    haproxy::Version version;
    std::int64_t threads;
    std::int64_t expected;
  };
  for (const Row& row :
       {Row{"*:80", k26, 8, 1}, Row{"*:80", k28, 8, 1}, Row{"*:80", k28, 64, 1}, Row{"*:80", k28, 65, 2},
        Row{"*:80", k28, 128, 2}, Row{"*:80", k26, 128, 1}, Row{"*:80-89", k28, 128, 20},
        Row{"*:80 shards 1", k28, 128, 1}, Row{"*:80 shards by-thread", k28, 128, 128},
        Row{"*:80 shards by-group", k26, 128, 2}, Row{"/run/web.sock", k28, 128, 1}}) {
    EXPECT_EQ(listeners(row.bind, row.version, row.threads), row.expected) << row.bind << ' ' << row.threads;
  }
}

TEST(Demand, TheDefaultOfShardsIsWritable) {
  EXPECT_EQ(listeners("*:80", k28, 8, "  tune.listener.default-shards by-thread\n"), 8);
  EXPECT_EQ(listeners("*:80", k26, 8, "  tune.listener.default-shards by-thread\n"), 1) << "unknown before 2.8";
}

TEST(Demand, AThreadSetBoundsItsShards) {
  for (const auto& [set, expected] : {std::pair{"2", 1},
                                      {"1-4", 4},
                                      {"1-4,7", 5},
                                      {"odd", 4},
                                      {"even", 4},
                                      {"all", 8},
                                      {"7-", 2},
                                      {"5-99", 4},
                                      {"99", 1},
                                      {"nonsense", 1}}) {
    EXPECT_EQ(listeners("*:80 shards by-thread thread " + std::string(set), k26, 8), expected) << set;
  }
}

TEST(Demand, AfterASlashThreadsAreCountedInTheirGroup) {
  for (const auto& [set, expected] :
       {std::pair{"1/all", 64}, {"2/all", 64}, {"1/odd", 32}, {"2/1-8", 8}, {"1/60-99", 5}}) {
    EXPECT_EQ(listeners("*:80 shards by-thread thread " + std::string(set), k28, 128), expected) << set;
  }
}

TEST(Demand, TheMastersShareShrankWhenItLeftTheWorker) {
  const auto master = [](haproxy::Version version) {
    auto world = with("  maxconn 1000\n", "frontend f\n  bind *:80\n", version);
    const auto alone = descriptors(world);
    world.instance().command_line.master_worker = true;
    const auto pair = descriptors(world) - alone;
    world.instance().command_line.master_sockets = {"/run/master.sock"};
    return std::pair{pair, descriptors(world) - alone};
  };
  EXPECT_EQ(master(k26), std::pair(std::int64_t{1}, std::int64_t{12}));
  EXPECT_EQ(master(k30), std::pair(std::int64_t{1}, std::int64_t{12}));
  EXPECT_EQ(master(k31), std::pair(std::int64_t{1}, std::int64_t{1}));
}

std::int64_t automatic(haproxy::Version version, const std::string& global = "") {
  auto world = with(global, "frontend f\n  bind *:80 shards 1\n", version);
  world.instance().unit->limit_nofile = 1'073'741'816;
  const auto maxconn = of(world).maxconn;
  EXPECT_TRUE(maxconn);
  EXPECT_EQ(maxconn->basis, Basis::automatic);
  return maxconn->value;
}

TEST(Demand, AnAutomaticMaxconnIsBoundedSince31) {
  constexpr std::int64_t kTaken = 10 + 1 + 12;
  EXPECT_EQ(automatic(k30), (1'073'741'816 - kTaken) / 2);
  EXPECT_EQ(automatic(k31), (1'048'576 - kTaken) / 2);
  EXPECT_EQ(automatic(k31, "  fd-hard-limit 2000000\n"), (2'000'000 - kTaken) / 2);
  EXPECT_EQ(automatic(k31, "  ulimit-n 5000\n"), (1'073'741'816 - kTaken) / 2);
}

TEST(Demand, AMemoryLimitLeavesTheAutomaticMaxconnUnknown) {
  auto world = with("", "frontend f\n  bind *:80\n");
  world.instance().command_line.memory_mib = 512;
  EXPECT_FALSE(of(world).maxconn);
  EXPECT_FALSE(of(world).file_descriptors);
  world.instance().command_line.maxconn = 300;
  EXPECT_EQ(of(world).maxconn->value, 300);
}

TEST(Demand, NumbersOfAnAccidentDoNotOverflow) {
  const auto world = with("  maxconn 9223372036854775807\n  nbthread 9223372036854775807\n",
                          "frontend f\n  bind *:1-65535 shards by-thread\n");
  EXPECT_EQ(of(world).maxconn->value, INT32_MAX);
  EXPECT_GT(descriptors(world), 2LL * INT32_MAX);
}

TEST(Demand, TheFirstBacklogThatIsSetWins) {
  struct Row {
    const char *bind, *proxy;
    std::int64_t expected;
  };
  for (const Row& row : {Row{" backlog 1 maxconn 3", "  backlog 2\n  maxconn 4\n", 1},
                         Row{" maxconn 3", "  backlog 2\n  maxconn 4\n", 2}, Row{" maxconn 3", "  maxconn 4\n", 3},
                         Row{"", "  maxconn 4\n", 4}, Row{"", "", 1000}, Row{" backlog 0", "", 1000}}) {
    const auto world =
        with("  maxconn 1000\n", std::string("frontend f\n") + row.proxy + "  bind *:80" + row.bind + "\n");
    const auto demand = of(world);
    ASSERT_EQ(demand.backlog.size(), 1U);
    EXPECT_EQ(demand.backlog.front().backlog->value, row.expected) << row.bind << row.proxy;
    EXPECT_EQ(demand.backlog.front().backlog->basis, Basis::configured);
  }
}

TEST(Demand, ABacklogFromAnAutomaticMaxconnIsAutomatic) {
  const auto world = with("", "frontend f\n  bind *:80\n");
  EXPECT_EQ(of(world).backlog.front().backlog->basis, Basis::automatic);
}

TEST(Demand, DisabledProxiesListenNowhereAndConnectToNobody) {
  const auto world = with("  maxconn 1000\n", "listen off\n  disabled\n  bind *:80\n  server s 10.0.0.1:80 check\n");
  const auto demand = of(world);
  EXPECT_TRUE(demand.ports.empty());
  EXPECT_TRUE(demand.backlog.empty());
  EXPECT_TRUE(demand.source_ports.empty());
  EXPECT_EQ(demand.file_descriptors->value, 2 * 1000 + 10 + 1 + 12) << "but its bind counted when it was read";
}

TEST(Demand, ServersOfOneSourceAndDestinationShareATuple) {
  const auto world = with("  maxconn 1000\n",
                          "backend a\n  server s 10.0.0.1:80 maxconn 30\n  server t 10.0.0.2:80 maxconn 40\n"
                          "backend b\n  mode tcp\n  server s 10.0.0.1:80 maxconn 5\n"
                          "backend c\n  source 10.9.9.9\n  server s 10.0.0.1:80\n");
  const auto demand = of(world);
  const auto& tuples = demand.source_ports;
  ASSERT_EQ(tuples.size(), 3U);
  EXPECT_EQ(tuples[0].source + ">" + tuples[0].destination, "*>10.0.0.1:80");
  EXPECT_EQ(tuples[0].connections->value, 35);
  EXPECT_EQ(tuples[0].mode, haproxy::Mode::tcp) << "the worse of both";
  EXPECT_EQ(tuples[1].connections->value, 40);
  EXPECT_EQ(tuples[1].mode, haproxy::Mode::http);
  EXPECT_EQ(tuples[2].source, "10.9.9.9");
  EXPECT_FALSE(tuples[2].bounded);
  EXPECT_EQ(tuples[2].connections->value, 1000) << "only the global maxconn bounds it";
}

TEST(Demand, TheGlobalMaxconnBoundsWhatServersAskFor) {
  const auto world = with("  maxconn 1000\n", "backend a\n  server s 10.0.0.1:80 maxconn 5000\n");
  EXPECT_EQ(of(world).source_ports.front().connections->value, 1000);
  const auto exact = with("  maxconn 1000\n", "backend a\n  server s 10.0.0.1:80 maxconn 1000\n");
  EXPECT_EQ(of(exact).source_ports.front().connections->terms.front().label, "maxconn of its servers");
}

TEST(Demand, ATemplateCountsEachOfItsServers) {
  const auto world = with("  maxconn 1000\n", "backend a\n  server-template s 5 10.0.0.1:80 maxconn 7\n");
  EXPECT_EQ(of(world).source_ports.front().connections->value, 35);
}

TEST(Demand, ASourceRangeIsAllThereIs) {
  const auto world = with("  maxconn 1000\n", "backend a\n  server s 10.0.0.1:80 source 10.9.9.9:40000-40009\n");
  const auto demand = of(world);
  EXPECT_EQ(demand.source_ports.front().own_range, 10U);
  const auto any = with("  maxconn 1000\n", "backend a\n  server s 10.0.0.1:80 source 0.0.0.0:40000-40009\n");
  EXPECT_EQ(of(any).source_ports.front().own_range, 0U) << "haproxy never binds the wildcard";
  EXPECT_EQ(of(any).source_ports.front().source, "*");
}

TEST(Demand, OnlyAnAddressWithAPortOfItsOwnMakesATuple) {
  const auto world =
      with("  maxconn 1000\n", "backend a\n  server u /run/app.sock\n  server n 10.0.0.1\n  server m 10.0.0.1:+1\n");
  EXPECT_TRUE(of(world).source_ports.empty());
}

TEST(Demand, EveryConnectionIsTrackedTwice) { EXPECT_EQ(of(with("  maxconn 1000\n", "")).conntrack->value, 2000); }

}  // namespace
}  // namespace preflight::test
