// SPDX-License-Identifier: Apache-2.0
// The arithmetic of releases and machines that the real program at hand cannot show.
#include "policies/demand.h"

#include <algorithm>
#include <array>

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
        Row{"*:80 shards by-group", k26, 128, 2}, Row{"/run/web.sock", k28, 128, 1},
        Row{"/run/web.sock shards 2", k28, 128, 1}, Row{"/run/web.sock shards 2", k26, 128, 2},
        Row{"abns@web shards by-thread", k26, 4, 4}, Row{"/run/web.sock", k26, 128, 1}}) {
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

constexpr const char* kClear = "frontend f\n  bind *:80 shards 1\n";

std::int64_t from_memory(std::int64_t mib, const std::string& global = "", const std::string& rest = kClear,
                         haproxy::Version version = k26) {
  auto world = with(global, rest, version);
  world.instance().command_line.memory_mib = mib;
  const auto maxconn = of(world).maxconn;
  EXPECT_TRUE(maxconn) << (maxconn ? "" : describe(maxconn.error()));
  if (!maxconn) return -1;
  EXPECT_EQ(maxconn->basis, Basis::automatic);
  return maxconn->value;
}

TEST(Demand, MemoryIsDividedByTheCostOfAConnection) {
  EXPECT_EQ(from_memory(64), 1800);
  EXPECT_EQ(from_memory(128), 3600);
  EXPECT_EQ(from_memory(256), 7300);
  EXPECT_EQ(from_memory(32, "", kClear, {3, 2, 0}), 910);
  EXPECT_EQ(from_memory(256, "  maxzlibmem 128\n"), 3600);
  EXPECT_EQ(from_memory(256, "  tune.bufsize 32768\n"), 3800);
  EXPECT_EQ(from_memory(256, "  tune.bufsize 32k\n", kClear, {3, 2, 0}), 3800);
  EXPECT_EQ(from_memory(256, "  tune.ssl.cachesize 500000\n"), 7300) << "without TLS there is no cache";
}

TEST(Demand, TlsCostsMemoryOnEachSide) {
  const std::string client = "frontend f\n  bind *:443 ssl strict-sni\n";
  const std::string server = "backend b\n  server s 10.0.0.1:443 ssl verify none\n";
  EXPECT_EQ(from_memory(256, "", client), 1900);
  EXPECT_EQ(from_memory(256, "", server), 1900);
  EXPECT_EQ(from_memory(256, "", client + server), 1700);
  EXPECT_EQ(from_memory(256, "", client + client + server + "  server t 10.0.0.2:443 ssl\n"), 1700);
  EXPECT_EQ(from_memory(256, "  tune.ssl.cachesize 500000\n", client), 1200);
  EXPECT_EQ(from_memory(256, "  maxsslconn 1000\n", client), 4500) << "the others are thought to be without TLS";
  for (const char* const checked :
       {"backend b\n  server s 10.0.0.1:80 check check-ssl verify none\n",
        "backend b\n  option tcp-check\n  tcp-check connect port 443 ssl\n  server s 10.0.0.1:80 check\n",
        "backend b\n  default-server ssl\n  server s 10.0.0.1:80 no-ssl\n",
        "peers p\n  peer lb07 10.0.0.1:1024 ssl\n  table t type ip size 1\n"}) {
    EXPECT_EQ(from_memory(256, "", checked), 1900) << checked;
  }
  EXPECT_EQ(from_memory(256, "", "backend b\n  disabled\n  server s 10.0.0.1:80 ssl\n"), 7300);
  EXPECT_EQ(from_memory(256, "", client + "  disabled\n"), 1900) << "its certificates are loaded all the same";
}

TEST(Demand, DescriptorsBoundWhatMemoryWouldHold) {
  auto world = with("", kClear);
  world.instance().command_line.memory_mib = 1024;
  world.instance().unit->limit_nofile = 4096;
  EXPECT_EQ(of(world).maxconn->value, 29000) << "the starter may raise the limit";
  world.instance().unit->capability_bounding_set = 0;
  EXPECT_EQ(of(world).maxconn->value, 2000) << "(4096 - 23) / 2, two digits of it";
  world.config("global\n  fd-hard-limit 1000\nfrontend f\n  bind *:80 shards 1\n");
  EXPECT_EQ(of(world).maxconn->value, 480);
  world.facts.host.capabilities.bounding = kUnlimited;
  world.instance().unit->capability_bounding_set = kUnlimited;
  world.config("global\nfrontend f\n  bind *:80 shards 1\n").no_sysctl("fs.nr_open");
  EXPECT_FALSE(of(world).maxconn) << "how far it may be raised is not known";
  world.instance().command_line.memory_mib = 64;
  EXPECT_EQ(of(world).maxconn->value, 1800) << "this many need no raising";
}

TEST(Demand, TooLittleMemoryIsNoNumber) {
  auto world = with("  maxzlibmem 64\n", kClear);
  world.instance().command_line.memory_mib = 64;
  EXPECT_FALSE(of(world).maxconn);
  world.instance().command_line.maxconn = 300;
  EXPECT_EQ(of(world).maxconn->value, 300);
}

TEST(Demand, AsynchronousEnginesTakeDescriptors) {
  const std::string engines = "  maxconn 1000\n  ssl-engine rdrand\n  ssl-mode-async\n  ssl-engine qat\n";
  const std::string client = "frontend f\n  bind *:443 ssl\n";
  const std::string server = "backend b\n  server s 10.0.0.1:443 ssl\n";
  const auto need = [](const std::string& global, const std::string& rest, haproxy::Version version) {
    World world;
    world.instance().binary->version = version;
    world.instance().binary->features = {"ENGINE"};
    world.config("global\n" + global + rest);
    return descriptors(world);
  };
  constexpr std::int64_t kRest = 2 * 1000 + 10 + 12;
  for (const auto version : {haproxy::Version{2, 4, 0}, k26}) {
    EXPECT_EQ(need(engines, client + server, version), kRest + 1 + 2 * 2 * 1000);
    EXPECT_EQ(need(engines, client, version), kRest + 1 + 2 * 1000);
    EXPECT_EQ(need(engines, "", version), kRest);
    EXPECT_EQ(need("  maxconn 1000\n  ssl-engine rdrand\n", client, version), kRest + 1);
    EXPECT_EQ(need("  maxconn 1000\n  ssl-mode-async\n", client, version), kRest + 1);
  }
}

TEST(Demand, AnAutomaticMaxconnLeavesRoomForEngines) {
  World world;
  world.instance().binary->features = {"ENGINE"};
  world.instance().unit->limit_nofile = 10'000;
  world.config("global\n  ssl-engine rdrand\n  ssl-mode-async\nfrontend f\n  bind *:443 ssl\n");
  const auto demand = of(world);
  EXPECT_EQ(demand.maxconn->value, (10'000 - 23) / 3);
  EXPECT_LE(demand.file_descriptors->value, 10'000);
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
  EXPECT_EQ(tuples[2].connections->terms.front().value, 1000) << "only the global maxconn bounds it";
}

TEST(Demand, TheGlobalMaxconnBoundsWhatServersAskFor) {
  const auto world = with("  maxconn 1000\n", "backend a\n  mode tcp\n  server s 10.0.0.1:80 maxconn 5000\n");
  EXPECT_EQ(of(world).source_ports.front().connections->value, 1000);
  const auto exact = with("  maxconn 1000\n", "backend a\n  mode tcp\n  server s 10.0.0.1:80 maxconn 1000\n");
  EXPECT_EQ(of(exact).source_ports.front().connections->terms.front().label, "maxconn of its servers");
}

TEST(Demand, ATemplateCountsEachOfItsServers) {
  const auto world = with("  maxconn 1000\n", "backend a\n  mode tcp\n  server-template s 5 10.0.0.1:80 maxconn 7\n");
  EXPECT_EQ(of(world).source_ports.front().connections->value, 35);
}

TEST(Demand, IdleConnectionsHoldPortsBeyondThoseInUse) {
  struct Row {
    const char *proxy, *server;
    std::int64_t idle;
  };
  for (const Row& row :
       {Row{"", "", 0}, Row{"", " pool-low-conn 10", 10}, Row{"", " pool-low-conn 10 pool-max-conn 12", 10},
        Row{"", " pool-low-conn 10 pool-max-conn 4", 4}, Row{"", " pool-low-conn 10 pool-max-conn -1", 10},
        Row{"  http-reuse never\n", " pool-low-conn 10", 0}, Row{"  http-reuse always\n", " pool-low-conn 10", 10},
        Row{"  mode tcp\n", " pool-low-conn 10", 0}}) {
    const auto world = with("  maxconn 1000\n", std::string("backend a\n") + row.proxy +
                                                    "  server s 10.0.0.1:80 maxconn 30" + row.server + "\n");
    EXPECT_EQ(of(world).source_ports.front().connections->value, 30 + row.idle) << row.proxy << row.server;
  }
}

TEST(Demand, ChecksAreConnectionsOfTheirOwn) {
  const auto world = with("  maxconn 1000\n",
                          "backend a\n  mode tcp\n"
                          "  server s 10.0.0.1:80 maxconn 30 check agent-check agent-port 90\n"
                          "  server t 10.0.0.1:80 maxconn 30 check addr 10.0.0.9 port 81\n"
                          "  server-template u 3 10.0.0.2:80 maxconn 1 check port 82\n");
  const auto demand = of(world);
  const auto& tuples = demand.source_ports;
  ASSERT_EQ(tuples.size(), 5U);
  EXPECT_EQ(tuples[0].destination, "10.0.0.1:80");
  EXPECT_EQ(tuples[0].connections->value, 61);
  EXPECT_EQ(tuples[1].destination, "10.0.0.1:90");
  EXPECT_EQ(tuples[1].connections->value, 1);
  EXPECT_EQ(tuples[1].mode, haproxy::Mode::http) << "checks leave no TIME_WAIT behind";
  EXPECT_EQ(tuples[3].destination, "10.0.0.2:82");
  EXPECT_EQ(tuples[3].connections->value, 3);
  EXPECT_EQ(tuples[4].destination, "10.0.0.9:81");
}

TEST(Demand, ASourceRangeIsAllThereIs) {
  const auto world = with("  maxconn 1000\n", "backend a\n  server s 10.0.0.1:80 source 10.9.9.9:40000-40009\n");
  const auto demand = of(world);
  EXPECT_EQ(demand.source_ports.front().own_range, 10U);
  const auto any = with("  maxconn 1000\n", "backend a\n  server s 10.0.0.1:80 source 0.0.0.0:40000-40009\n");
  EXPECT_EQ(of(any).source_ports.front().own_range, 0U) << "haproxy never binds the wildcard";
  EXPECT_EQ(of(any).source_ports.front().source, "*");
}

TEST(Demand, AnotherNamespaceHasPortsOfItsOwn) {
  const auto world = with("  maxconn 1000\n", "backend a\n  server s 10.0.0.1:80 check namespace blue\n");
  EXPECT_TRUE(of(world).source_ports.empty());
}

TEST(Demand, OnlyAnAddressWithAPortOfItsOwnMakesATuple) {
  const auto world =
      with("  maxconn 1000\n", "backend a\n  server u /run/app.sock\n  server n 10.0.0.1\n  server m 10.0.0.1:+1\n");
  EXPECT_TRUE(of(world).source_ports.empty());
}

std::vector<std::string> told(const std::vector<DestinationDemand>& destinations) {
  static constexpr std::array kPurposes = {"server", "check", "agent", "peer", "log", "nameserver", "mailer"};
  std::vector<std::string> lines;
  for (const auto& each : destinations) {
    lines.push_back(std::string(kPurposes.at(static_cast<std::size_t>(each.purpose))) + " " +
                    (each.transport == haproxy::Transport::datagram ? "udp " : "") +
                    (each.ip ? endpoint(*each.ip, each.port) : each.host + ":" + std::to_string(each.port)));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(Demand, WhomHaproxyConnectsToIsTold) {
  auto world = with(
      "  maxconn 1000\n  localpeer me\n  log 10.1.0.1 local0\n  log tcp@10.1.0.2:515 local0\n  log stdout local0\n",
      "  log global\n"
      "backend a\n  log 10.1.0.1:514 local1\n"
      "  server s 10.0.0.1:80 check\n  server t app.example:80 check port 81\n"
      "  server u 10.0.0.2 check port 82 agent-check agent-port 83\n  server v /run/v.sock check\n"
      "  server w 10.0.0.1:80 check addr 10.0.0.7\n"
      "backend e\n  option external-check\n  server s 10.0.0.5:80 check\n"
      "  email-alert mailers smtp\n"
      "backend off\n  disabled\n  server s 10.9.9.9:80 check\n"
      "peers p\n  peer me 10.0.0.3:1024\n  peer you 10.0.0.4:1024\n"
      "peers others\n  peer they 10.9.9.9:1024\n"
      "resolvers r\n  nameserver n 10.2.0.1:53\n  nameserver m tcp@10.2.0.2:53\n"
      "mailers smtp\n  mailer m 10.3.0.1:25\nmailers unused\n  mailer m 10.9.9.9:25\n"
      "ring r\n  server s 10.1.0.9:6514\n");
  EXPECT_EQ(told(of(world).destinations),
            (std::vector<std::string>{
                "agent 10.0.0.2:83", "check 10.0.0.1:80", "check 10.0.0.2:82", "check 10.0.0.7:80",
                "check app.example:81", "log 10.1.0.2:515", "log 10.1.0.9:6514", "log udp 10.1.0.1:514",
                "mailer 10.3.0.1:25", "nameserver 10.2.0.2:53", "nameserver udp 10.2.0.1:53", "peer 10.0.0.4:1024",
                "server 10.0.0.1:80", "server 10.0.0.2:0", "server 10.0.0.5:80", "server app.example:80"}));
}

TEST(Demand, ADestinationTellsTheFirstLineThatAsksForIt) {
  const auto world = with("", "backend a\n  server s 10.0.0.1:80\nbackend b\n  server t 10.0.0.1:80\n");
  const auto demand = of(world);
  ASSERT_EQ(demand.destinations.size(), 1U);
  EXPECT_EQ(demand.destinations.front().owner, "server a/s");
  EXPECT_EQ(demand.destinations.front().origin.line, 5U);
}

TEST(Demand, EveryConnectionIsTrackedTwice) { EXPECT_EQ(of(with("  maxconn 1000\n", "")).conntrack->value, 2000); }

}  // namespace
}  // namespace preflight::test
