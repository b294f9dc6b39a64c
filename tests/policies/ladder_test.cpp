// SPDX-License-Identifier: Apache-2.0
// Ladders computed by hand: numbers, order, what is told first, and what is not known.
#include "policies/ladder.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "probes/base/text.h"
#include "tests/support/world.h"

namespace preflight {
namespace {

using test::World;

/// A world and the ladder of its first instance.
struct Seen {
  explicit Seen(World& world) : demand(world.demand()), ladders(compute_ladders(world.facts, demand)) {}
  [[nodiscard]] const Ladder& ladder() const { return ladders.front(); }
  [[nodiscard]] const Rung* rung(Limit limit) const {
    for (const auto* list : {&ladder().rungs, &ladder().bursts}) {
      const auto found = std::find_if(list->begin(), list->end(), [&](const Rung& r) { return r.limit == limit; });
      if (found != list->end()) return &*found;
    }
    return nullptr;
  }
  Demand demand;
  std::vector<Ladder> ladders;
};

/// "server_maxconn 1000, maxconn 2000"; what is not known has a '?'.
std::string told(const std::vector<Rung>& rungs) {
  std::string text;
  for (const auto& rung : rungs) {
    text += (text.empty() ? "" : ", ") + std::string(to_string(rung.limit)) + " " +
            (rung.connections ? std::to_string(*rung.connections) : "?");
  }
  return text;
}

std::string told(World& world) { return told(Seen(world).ladder().rungs); }

/// "maxconn 2000 > source_ports 28231"
std::string first_two(World& world) {
  const Seen seen(world);
  const Rung* first = seen.ladder().first();
  const Rung* second = seen.ladder().second();
  const auto words = [](const Rung* rung) { return rung == nullptr ? std::string("nothing") : told({*rung}); };
  return words(first) + " > " + words(second);
}

/// haproxy may have 20,000 descriptors and no more.
World& modest(World& world) {
  world.facts.host.capabilities = {};
  world.instance().unit->limit_nofile = 20000;
  world.instance().unit->capability_bounding_set = 0;
  return world;
}

std::string with_servers(const std::string& servers, const std::string& maxconn = "100000") {
  return "global\n  maxconn " + maxconn +
         "\n  nbthread 2\ndefaults\n  mode http\nfrontend web\n  bind *:80\n"
         "  default_backend app\nbackend app\n" +
         servers;
}

TEST(Ladder, OfTheHealthyHost) {
  World world;
  modest(world);
  // fixed: 10 + 2 listeners + 1 + 10 of the stats socket + 2 checks + 3 x 4 threads = 37
  EXPECT_EQ(told(world), "server_maxconn 1000, maxconn 2000, file_descriptors 9981, memory 160000");
  EXPECT_EQ(told(Seen(world).ladder().bursts), "accept_queue 2001, accept_queue 2001");
  EXPECT_EQ(first_two(world), "server_maxconn 1000 > maxconn 2000");
}

TEST(Ladder, OneServerTakesAllConnections) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080 check\n"));
  const Seen seen(world);
  const Rung* ports = seen.rung(Limit::source_ports);
  ASSERT_NE(ports, nullptr);
  EXPECT_EQ(ports->connections, 28231) << "one port is for the health check";
  EXPECT_EQ(ports->subject.text, "tuple:*>10.0.1.1:8080");
  EXPECT_EQ(ports->name, "source ports to 10.0.1.1:8080");
  EXPECT_EQ(ports->kind, RungKind::fails);
  EXPECT_EQ(ports->assumes, "all connections go to backend app, its only server");
  EXPECT_FALSE(ports->in_use) << "nobody looked at connections";
}

TEST(Ladder, TermsAddUp) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080 check\n  server b 10.0.1.2:8080\n", "3000"));
  world.sysctl("net.ipv4.ip_local_reserved_ports", "40000-40009");
  world.listener("0.0.0.0", 50000, 0, "");
  const Seen seen(world);
  const Rung* ports = seen.rung(Limit::source_ports);
  ASSERT_NE(ports, nullptr);
  std::int64_t room = 0;
  for (const auto& term : ports->terms) room += term.value;
  EXPECT_EQ(room, 28232 - 10 - 1 - 1);
  EXPECT_EQ(ports->connections, 2 * room) << "the unchecked server has a port more";
  const Rung* descriptors = seen.rung(Limit::file_descriptors);
  std::int64_t left = 0;
  for (const auto& term : descriptors->terms) left += term.value;
  EXPECT_EQ(descriptors->connections, left / 2);
}

TEST(Ladder, ServersShareEvenly) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080\n  server b 10.0.1.2:8080\n  server c 10.0.1.3:8080\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 3 * 28232);
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->assumes, "all connections go to backend app, its 3 servers, evenly");
}

TEST(Ladder, ServersOnOneDestinationShareItsPorts) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080\n  server b 10.0.1.1:8080\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 28232);
}

TEST(Ladder, OneBoundedServerLeavesItsShareToTheOther) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080 maxconn 1000\n  server b 10.0.1.2:8080\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 29232);
  EXPECT_EQ(Seen(world).rung(Limit::server_maxconn), nullptr) << "the other takes any number";
}

TEST(Ladder, PortsThatServersNeverAskForAreNoRung) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080 maxconn 28232\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports), nullptr);
  modest(world).config(with_servers("  server a 10.0.1.1:8080 maxconn 28233\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 28232);
}

TEST(Ladder, SourceAddressesAndRangesOfTheirOwn) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080 source 10.0.0.5:20000-20099\n"));
  const Seen own(world);
  EXPECT_EQ(own.rung(Limit::source_ports)->connections, 100);
  EXPECT_EQ(own.rung(Limit::source_ports)->name, "source ports to 10.0.1.1:8080 from 10.0.0.5");
  modest(world).config(
      with_servers("  server a 10.0.1.1:8080 source 10.0.0.5\n  server b 10.0.1.1:8080 source 10.0.0.6\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 2 * 28232);
}

TEST(Ladder, AnyCheckTakesAPortOfTheServersOwnRange) {
  World world;
  modest(world).config(with_servers(
      "  server a 10.0.1.1:8080 source 10.0.0.5:20000-20099 check port 9000 agent-check agent-port 9001\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 98);
  modest(world).config(with_servers("  server a 10.0.1.1:8080 source 10.0.0.5 check port 9000\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 28232) << "the kernel chooses, for each destination";
}

TEST(Ladder, ServersWithOneRangeTakeEachOthersPorts) {
  World world;
  modest(world).config(with_servers("  server-template s 3 10.0.1.1:8080 source 10.0.0.5:20000-20099\n"));
  const Seen seen(world);
  const Rung* rung = seen.rung(Limit::source_ports);
  EXPECT_EQ(rung->connections, 1) << "each server begins at the first port, and the second connect finds it taken";
  std::int64_t room = 0;
  for (const auto& term : rung->terms) room += term.value;
  EXPECT_EQ(room, 1);
  modest(world).config(
      with_servers("  server a 10.0.1.1:8080 source 10.0.0.5:20000-20009\n"
                   "  server b 10.0.1.1:8080 source 10.0.0.5:20010-20039\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 20) << "ranges of their own, and the shorter one ends";
}

TEST(Ladder, DisabledAndBackupServersTakeNoTraffic) {
  World world;
  const std::string others = "  server b 10.0.1.2:8080 disabled\n  server c 10.0.1.3:8080 backup maxconn 7\n";
  modest(world).config(with_servers("  server a 10.0.1.1:8080\n" + others));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 28232);
  modest(world).config(with_servers(others));
  EXPECT_EQ(Seen(world).rung(Limit::server_maxconn)->connections, 7) << "the backup, when there is nobody else";
  const std::string two = "  server c 10.0.1.3:8080 backup maxconn 7\n  server d 10.0.1.4:8080 backup maxconn 5\n";
  modest(world).config(with_servers(two));
  EXPECT_EQ(Seen(world).rung(Limit::server_maxconn)->connections, 7);
  modest(world).config(with_servers("  option allbackups\n" + two));
  EXPECT_EQ(Seen(world).rung(Limit::server_maxconn)->connections, 12);
}

TEST(Ladder, MinconnLetsRequestsWaitBeforeMaxconn) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080 maxconn 500 minconn 50\n", "10000"));
  const Seen seen(world);
  const Rung* rung = seen.rung(Limit::server_maxconn);
  ASSERT_NE(rung, nullptr);
  EXPECT_EQ(rung->connections, 50) << "fullconn is a tenth of the frontend's 10,000";
  EXPECT_EQ(rung->terms.front().label, "minconn to maxconn of a");
  modest(world).config(with_servers("  fullconn 500\n  server a 10.0.1.1:8080 maxconn 500 minconn 50\n", "10000"));
  EXPECT_EQ(Seen(world).rung(Limit::server_maxconn)->connections, 500) << "it grows with the load";
  modest(world).config(with_servers("  server a 10.0.1.1:8080 minconn 50\n"));
  EXPECT_EQ(Seen(world).rung(Limit::server_maxconn)->connections, 50);
}

TEST(Ladder, ATemplateHasManyServersAtOneAddress) {
  World world;
  modest(world).config(with_servers("  server-template s 5 app.example:8080 maxconn 10\n"));
  EXPECT_EQ(Seen(world).rung(Limit::server_maxconn)->connections, 50);
  modest(world).config(with_servers("  server-template s 5 app.example:8080\n"));
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 28232);
}

TEST(Ladder, ABindToComeTakesItsPortFromTheRange) {
  World world;
  modest(world).config("global\n  maxconn 9\nlisten db\n  mode tcp\n  bind :40000-40009\n  server a 10.0.1.1:5432\n");
  EXPECT_EQ(Seen(world).rung(Limit::source_ports)->connections, 28222);
}

TEST(Ladder, TimeWaitHoldsPortsNow) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080\n"));
  world.running();
  world.connection("10.0.0.1", 33000, "10.0.1.1", 8080)
      .connection("10.0.0.1", 33001, "10.0.1.1", 8080, SocketState::time_wait);
  const Seen seen(world);
  EXPECT_EQ(seen.rung(Limit::source_ports)->connections, 28231);
  EXPECT_EQ(seen.rung(Limit::source_ports)->in_use, 2);
}

TEST(Ladder, DescriptorsUpToWhatHaproxyMayRaise) {
  World world;
  world.sysctl("fs.nr_open", "1000037");
  EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->connections, 500000) << "CAP_SYS_RESOURCE, up to fs.nr_open";
  modest(world);
  EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->connections, 9981);
}

TEST(Ladder, TheDescriptorRungIsTheHighestMaxconnThatStarts) {
  World world;
  modest(world);
  for (const auto& [limit, highest] : {std::pair{100, 31}, {101, 32}, {1024, 493}, {37, 0}, {10, 0}}) {
    world.instance().unit->limit_nofile = static_cast<std::uint64_t>(limit);
    EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->connections, highest) << limit;
  }
}

TEST(Ladder, SplicingTakesPipesToo) {
  World world;
  modest(world).config(
      "global\n  maxconn 100\n  nbthread 2\nlisten l\n  mode tcp\n  option splice-auto\n  bind :80\n"
      "  server a 10.0.1.1:80 maxconn 5\n");
  // 10 + 1 listener + 6 = 17; 2 x 7993 + 2 x 1998 + 17 = 19999
  EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->connections, 7993);
}

TEST(Ladder, FdHardLimitAndUlimitNAreLower) {
  World world;
  modest(world).config("global\n  maxconn 100\n  nbthread 2\n  fd-hard-limit 2000\nlisten l\n  bind :80\n");
  EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->connections, (2000 - 17) / 2);
  modest(world).config("global\n  maxconn 100\n  nbthread 2\n  ulimit-n 4000\nlisten l\n  bind :80\n");
  EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->connections, (4000 - 17) / 2);
  modest(world).config("global\n  maxconn 100\n  nbthread 2\n  ulimit-n 500\nlisten l\n  bind :80\n");
  EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->connections, (1024 - 17) / 2) << "the soft limit is higher";
}

TEST(Ladder, WithoutStrictLimitsTheDescriptorsReallyHeldDecide) {
  World world;
  modest(world).config("global\n  maxconn 20000\n  nbthread 2\n  no strict-limits\nlisten l\n  bind :80\n");
  const Seen seen(world);
  const Rung* rung = seen.rung(Limit::file_descriptors);
  EXPECT_EQ(rung->connections, (20000 - 3 - 1 - 6) / 2) << "streams, a listener, three a thread";
  EXPECT_EQ(rung->brief, "more accepts fail");
  world.config(
      "global\n  maxconn 20000\n  nbthread 2\n  no strict-limits\nlisten l\n  bind :80\n"
      "  server-template s 3 10.0.1.1:80 check agent-check agent-port 9000\n");
  EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->connections, (20000 - 3 - 1 - 6 - 6) / 2)
      << "its checks need six";
}

TEST(Ladder, AnAutomaticMaxconnIsToldOnceAndAsSuch) {
  World world;
  modest(world).config("global\n  nbthread 2\nlisten l\n  bind :80\n  server a 10.0.1.1:80\n");
  const Seen seen(world);
  EXPECT_EQ(seen.rung(Limit::maxconn)->basis, Basis::automatic);
  EXPECT_EQ(seen.rung(Limit::maxconn)->connections, seen.rung(Limit::file_descriptors)->connections);
  EXPECT_EQ(first_two(world), "maxconn 9991 > source_ports 28232");
}

TEST(Ladder, BoundsOfFrontendsAndBinds) {
  World world;
  modest(world).config(
      "global\n  maxconn 900\n  nbthread 4\nlisten l\n  maxconn 300\n  bind :80 maxconn 50 shards 4\n"
      "  bind :81 maxconn 70\n  server a 10.0.1.1:80\n");
  EXPECT_EQ(told(world),
            "bind_maxconn 70, bind_maxconn 200, frontend_maxconn 300, maxconn 900, file_descriptors 9986, "
            "source_ports 28232, memory 160000");
}

TEST(Ladder, OfEqualNumbersTheOneMetFirstIsTold) {
  World world;
  modest(world).config(
      "global\n  maxconn 900\nlisten l\n  bind :80\n  maxconn 900\n  server a 10.0.1.1:80 maxconn 900\n");
  EXPECT_EQ(first_two(world), "maxconn 900 > file_descriptors 9988");
}

TEST(Ladder, ASmallBoundOnASideRoadIsListedAndNotToldFirst) {
  World world;
  modest(world).config(
      with_servers("  server a 10.0.1.1:8080 maxconn 800\n"
                   "listen stats\n  bind :8404\n  stats enable\n  maxconn 10\n",
                   "1000"));
  EXPECT_EQ(first_two(world), "server_maxconn 800 > maxconn 1000");
  EXPECT_EQ(told(world), "frontend_maxconn 10, server_maxconn 800, maxconn 1000, file_descriptors 9991, memory 160000");
}

TEST(Ladder, PortsThatRunOutOnASideRoadAreToldFirst) {
  World world;
  world.config(
      "global\n  maxconn 90000\nfrontend web\n  bind :80\n  use_backend api if { path /api }\n"
      "  default_backend app\nbackend app\n  server-template s 9 app:80 maxconn 9999\n"
      "backend api\n  server b 10.0.1.2:80\n");
  EXPECT_EQ(first_two(world), "source_ports 28232 > server_maxconn 89991");
}

TEST(Ladder, AServerOfTwoBackendsIsOneRung) {
  World world;
  modest(world).config(
      "global\n  maxconn 90\nfrontend web\n  bind :80\n  use_backend api if { path /api }\n"
      "  use_backend app\nbackend app\n  server a 10.0.1.1:80\n  server b 10.0.1.2:80\n"
      "backend api\n  server b 10.0.1.1:80\n");
  const Seen seen(world);
  const auto& rungs = seen.ladder().rungs;
  const auto count =
      std::count_if(rungs.begin(), rungs.end(), [](const Rung& r) { return r.limit == Limit::source_ports; });
  EXPECT_EQ(count, 1);
  EXPECT_EQ(seen.rung(Limit::source_ports)->connections, 28232) << "the lower of 28,232 and 56,464";
}

TEST(Ladder, ConnectionTrackingWhereItIsInUse) {
  World world;
  modest(world).sysctl("net.netfilter.nf_conntrack_max", "1000");
  EXPECT_EQ(Seen(world).rung(Limit::conntrack), nullptr) << "nothing is tracked";
  world.sysctl("net.netfilter.nf_conntrack_count", "100");
  EXPECT_EQ(Seen(world).rung(Limit::conntrack)->connections, 450);
  EXPECT_EQ(Seen(world).rung(Limit::conntrack)->in_use, 100);
  world.no_sysctl("net.netfilter.nf_conntrack_max", std::errc::no_such_file_or_directory);
  EXPECT_EQ(Seen(world).rung(Limit::conntrack), nullptr);
}

/// A worker with 24 descriptors holds no connection; with 120 it holds those of (120 - idle) / 2.
TEST(Ladder, ItsOwnConnectionsAreNotThoseOfOthers) {
  World world;
  modest(world).running().sysctl("net.netfilter.nf_conntrack_max", "1000");
  world.sysctl("net.netfilter.nf_conntrack_count", "200");
  // 3 streams + 2 listeners + 1 stats socket + 12 for threads + 1 of the master = 19
  world.instance().processes.back().process.open_descriptors = 19 + 2 * 30;
  EXPECT_EQ(Seen(world).rung(Limit::conntrack)->connections, (1000 - (200 - 60)) / 2);
  EXPECT_EQ(Seen(world).rung(Limit::file_descriptors)->in_use, 79);
}

TEST(Ladder, OpenFilesOfTheHost) {
  World world;
  modest(world).sysctl("fs.file-max", "5000").sysctl("fs.file-nr", "1000\t0\t5000");
  EXPECT_EQ(Seen(world).rung(Limit::open_files)->connections, 2000);
}

TEST(Ladder, AcceptQueuesAreBurstsAndCutAtSomaxconn) {
  World world;
  modest(world).sysctl("net.core.somaxconn", "5");
  const Seen seen(world);
  EXPECT_EQ(told(seen.ladder().bursts), "accept_queue 6, accept_queue 6");
  EXPECT_EQ(seen.ladder().bursts.front().kind, RungKind::burst);
  EXPECT_EQ(seen.ladder().first()->limit, Limit::server_maxconn) << "a burst is no level";
}

TEST(Ladder, AnOpenListenerHasTheQueueItGot) {
  World world;
  modest(world).running();
  for (auto& socket : *world.network().tcp_listeners) socket.queue_limit = 128;
  EXPECT_EQ(told(Seen(world).ladder().bursts), "accept_queue 129, accept_queue 129");
}

TEST(Ladder, WhatIsNotKnownIsNamed) {
  World world;
  modest(world).config(with_servers("  server a 10.0.1.1:8080\n"));
  world.no_sysctl("net.ipv4.ip_local_port_range");
  EXPECT_EQ(told(world), "file_descriptors 9991, maxconn 100000, memory 160000, source_ports ?");
  const Seen seen(world);
  ASSERT_EQ(seen.ladder().unknown().size(), 1U);
  EXPECT_EQ(seen.ladder().unknown().front()->connections.error().object, "net.ipv4.ip_local_port_range");
}

struct Missing {
  const char* name;
  void (*hide)(World&);
  Limit limit;
};

TEST(Ladder, EveryMissingFactLeavesAnUnknownRung) {
  const Missing missing[] = {
      {"nr_open", [](World& w) { w.no_sysctl("fs.nr_open"); }, Limit::file_descriptors},
      {"unit", [](World& w) { w.instance().unit = unread("unit"); }, Limit::file_descriptors},
      {"version and threads", [](World& w) { w.instance().binary = unread("haproxy"); }, Limit::file_descriptors},
      {"file-max", [](World& w) { w.no_sysctl("fs.file-max"); }, Limit::open_files},
      {"conntrack",
       [](World& w) { w.sysctl("net.netfilter.nf_conntrack_count", "7").no_sysctl("net.netfilter.nf_conntrack_max"); },
       Limit::conntrack},
      {"somaxconn", [](World& w) { w.no_sysctl("net.core.somaxconn"); }, Limit::accept_queue},
      {"listeners",
       [](World& w) {
         w.config(with_servers("  server a 10.0.1.1:80\n"));
         w.network().tcp_listeners = unread("listeners");
       },
       Limit::source_ports},
  };
  for (const auto& each : missing) {
    World world;
    each.hide(world);
    const Seen seen(world);
    const Rung* rung = seen.rung(each.limit);
    ASSERT_NE(rung, nullptr) << each.name;
    EXPECT_FALSE(rung->connections) << each.name;
  }
}

TEST(Ladder, AnAutomaticMaxconnThatIsNotKnownIsARungToo) {
  World world;
  world.config("global\n  stats timeout 9s\nlisten l\n  bind :80\n  server a 10.0.1.1:80\n");
  world.instance().unit = unread("unit");
  const Seen seen(world);
  EXPECT_FALSE(seen.rung(Limit::maxconn)->connections);
  EXPECT_FALSE(seen.rung(Limit::accept_queue)->connections);
}

TEST(Ladder, OneForEachInstanceThatCanBeRead) {
  World world;
  world.facts.instances.push_back(world.instance());
  world.facts.instances.push_back(world.instance());
  world.facts.instances[1].name = "haproxy@b.service";
  world.facts.instances[1].config->global.maxconn->value = 700;
  world.facts.instances[2].config = fail(std::errc::permission_denied, "haproxy.cfg", "Permission denied");
  const auto demand = world.demand();
  const auto ladders = compute_ladders(world.facts, demand);
  ASSERT_EQ(ladders.size(), 2U);
  EXPECT_EQ(ladders[1].instance->name, "haproxy@b.service");
  EXPECT_EQ(ladders[1].first()->connections, 700);
}

TEST(Ladder, DeclaresEveryLimitInOrder) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < limit_specs().size(); ++i) {
    const auto& spec = limit_specs()[i];
    EXPECT_EQ(static_cast<std::size_t>(spec.limit), i);
    EXPECT_TRUE(names.insert(spec.name).second);
    for (const auto text : {spec.bounds, spec.arithmetic, spec.then, spec.brief, spec.reference}) {
      EXPECT_FALSE(text.empty()) << spec.name;
    }
  }
  EXPECT_EQ(limit_specs().size(), static_cast<std::size_t>(Limit::accept_queue) + 1);
}

}  // namespace
}  // namespace preflight
