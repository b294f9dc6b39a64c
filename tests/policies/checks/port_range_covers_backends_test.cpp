// SPDX-License-Identifier: Apache-2.0
// Source ports: as used, as planned, and shared by those who connect to one server.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check port_range_covers_backends;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::port_range_covers_backends;
constexpr const char* kTuple = "tuple:*>10.0.1.1:8080";

/// One server with these words after its address; 100 source ports: 40000-40099.
World with_server(const std::string& server_words, const std::string& global = "  maxconn 50\n") {
  World world;
  world.sysctl("net.ipv4.ip_local_port_range", "40000\t40099");
  world.config("global\n" + global +
               "defaults\n  mode http\nfrontend web\n  bind *:80\n  default_backend app\nbackend app\n"
               "  server a 10.0.1.1:8080 " +
               server_words + "\n");
  return world;
}

void connect(World& world, int count, const char* local = "10.0.0.5", SocketState state = SocketState::established) {
  for (int i = 0; i < count; ++i) {
    world.connection(local, static_cast<std::uint16_t>(40000 + i), "10.0.1.1", 8080, state);
  }
}

std::string judged(const World& world) { return verdict(outcome_about(world.judge(kCheck), kTuple)); }

TEST(PortRangeCoversBackends, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(PortRangeCoversBackends, WhatIsUsedIsWatched) {
  for (const auto& [used, expected] :
       {std::pair{50, "pass"}, {51, "warning"}, {85, "warning"}, {86, "error"}, {100, "error"}}) {
    auto world = with_server("");
    connect(world, used);
    EXPECT_EQ(judged(world), expected) << used;
  }
}

TEST(PortRangeCoversBackends, ThresholdsAreExactOnOddRanges) {
  auto world = with_server("");
  world.sysctl("net.ipv4.ip_local_port_range", "40000\t40006");
  connect(world, 4);  // of 7: 57 %
  EXPECT_EQ(judged(world), "warning");
  connect(world, 2);  // 85.7 %
  EXPECT_EQ(judged(world), "error");
}

TEST(PortRangeCoversBackends, EverySourceAddressHasItsOwnPorts) {
  auto world = with_server("");
  connect(world, 50, "10.0.0.5");
  connect(world, 50, "10.0.0.6");
  EXPECT_EQ(judged(world), "pass");
  auto bound = with_server("source 10.0.0.6");
  connect(bound, 60, "10.0.0.5");
  EXPECT_EQ(verdict(outcome_about(bound.judge(kCheck), "tuple:10.0.0.6>10.0.1.1:8080")), "pass")
      << "others' connections leave from elsewhere";
}

TEST(PortRangeCoversBackends, TimeWaitHoldsPortsToo) {
  auto world = with_server("");
  connect(world, 30);
  connect(world, 21, "10.0.0.5", SocketState::time_wait);
  EXPECT_EQ(judged(world), "warning");
}

TEST(PortRangeCoversBackends, AServersOwnMaxconnIsAPlan) {
  EXPECT_EQ(judged(with_server("maxconn 90", "  maxconn 5000\n")), "pass") << "exactly 90 %";
  EXPECT_EQ(judged(with_server("maxconn 91", "  maxconn 5000\n")), "warning");
}

TEST(PortRangeCoversBackends, TheGlobalMaxconnIsACeiling) {
  EXPECT_EQ(judged(with_server("", "  maxconn 100\n")), "pass");
  EXPECT_EQ(judged(with_server("", "  maxconn 101\n")), "info");
  EXPECT_EQ(judged(with_server("maxconn 5000", "  maxconn 101\n")), "warning") << "both were configured";
  EXPECT_EQ(judged(with_server("maxconn 5000", "  maxconn 90\n")), "pass") << "the global maxconn is lower";
}

TEST(PortRangeCoversBackends, ReservedAndBoundPortsAreNotUsable) {
  auto world = with_server("maxconn 80", "  maxconn 5000\n");
  EXPECT_EQ(judged(world), "pass");
  world.sysctl("net.ipv4.ip_local_reserved_ports", "40000-40009,40005-40010,50000");
  EXPECT_EQ(judged(world), "pass") << "80 of 89";
  world.listener("127.0.0.1", 40050, 700, "node");
  EXPECT_EQ(judged(world), "warning") << "80 of 88";
  const auto detail = detail_of(outcome_about(world.judge(kCheck), kTuple));
  ASSERT_EQ(detail.terms.size(), 3U);
  EXPECT_EQ(detail.terms[0].value + detail.terms[1].value + detail.terms[2].value, 88);
}

TEST(PortRangeCoversBackends, ASourceRangeIsItsOwnSupply) {
  const auto judged_source = [](const World& world) {
    return verdict(outcome_about(world.judge(kCheck), "tuple:10.0.0.6>10.0.1.1:8080"));
  };
  auto world = with_server("source 10.0.0.6:50000-50009 maxconn 9");
  EXPECT_EQ(judged_source(world), "pass");
  EXPECT_EQ(judged_source(with_server("source 10.0.0.6:50000-50009 maxconn 10")), "warning");
  connect(world, 6, "10.0.0.6");
  EXPECT_EQ(judged_source(world), "warning");
}

TEST(PortRangeCoversBackends, InstancesOfOneNamespaceShareThePorts) {
  auto world = with_server("maxconn 50", "  maxconn 5000\n");
  world.facts.instances.push_back(world.instance());
  world.facts.instances.back().name = "second.service";
  EXPECT_EQ(judged(world), "warning") << "50 and 50 of 100";
  world.facts.networks.push_back(world.network());
  world.facts.networks.back().netns.pid = 900;
  world.facts.instances.back().netns.pid = 900;
  EXPECT_EQ(judged(world), "pass") << "each has 100";
}

TEST(PortRangeCoversBackends, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(worst(World().no_sysctl("net.ipv4.ip_local_port_range").judge(kCheck)), "unknown");
  EXPECT_EQ(worst(World().no_sysctl("net.ipv4.ip_local_reserved_ports").judge(kCheck)), "unknown");
  World world;
  world.network().outgoing = fail(std::errc::permission_denied, "sock_diag", "refused");
  EXPECT_EQ(worst(world.judge(kCheck)), "unknown");
}

TEST(PortRangeCoversBackends, NoServerWithAPortIsNotApplicable) {
  EXPECT_EQ(worst(World().config("frontend web\n  mode http\n  bind *:80\n").judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(World().config("backend app\n  server a /run/app.sock\n").judge(kCheck)), "not applicable");
}

}  // namespace
}  // namespace preflight::test
