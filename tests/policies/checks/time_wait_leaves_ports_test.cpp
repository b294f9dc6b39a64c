// SPDX-License-Identifier: Apache-2.0
// TIME_WAIT belongs to proxies in tcp mode: in http mode haproxy closes towards servers by RST.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check time_wait_leaves_ports;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::time_wait_leaves_ports;
constexpr const char* kTuple = "tuple:*>10.0.1.1:5432";
constexpr const char* kReuse = "sysctl:net.ipv4.tcp_tw_reuse";
constexpr const char* kBuckets = "sysctl:net.ipv4.tcp_max_tw_buckets";

/// 100 source ports: 40000-40099.
World tcp_world(const std::string& server_words = "") {
  World world;
  world.sysctl("net.ipv4.ip_local_port_range", "40000\t40099");
  world.config("global\n  maxconn 50\nlisten db\n  mode tcp\n  bind *:5432\n  server a 10.0.1.1:5432 " + server_words +
               "\n");
  return world;
}

void wait(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    world.connection("10.0.0.5", static_cast<std::uint16_t>(40000 + i), "10.0.1.1", 5432, SocketState::time_wait);
  }
}

std::string judged(const World& world, std::string_view subject) {
  return verdict(outcome_about(world.judge(kCheck), subject));
}

TEST(TimeWaitLeavesPorts, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "not applicable") << "http mode";
  EXPECT_EQ(worst(World().running().judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(tcp_world().judge(kCheck)), "pass");
  EXPECT_EQ(worst(tcp_world().running().judge(kCheck)), "pass");
}

TEST(TimeWaitLeavesPorts, AboveThirtyPercentOfATuple) {
  auto world = tcp_world();
  wait(world, 30);
  EXPECT_EQ(judged(world, kTuple), "pass");
  wait(world, 1);
  EXPECT_EQ(judged(world, kTuple), "warning");
}

TEST(TimeWaitLeavesPorts, OpenConnectionsAreAnotherChecksMatter) {
  auto world = tcp_world();
  for (int i = 0; i < 90; ++i) world.connection("10.0.0.5", static_cast<std::uint16_t>(40000 + i), "10.0.1.1", 5432);
  EXPECT_EQ(judged(world, kTuple), "pass");
}

TEST(TimeWaitLeavesPorts, ASourceRangeCountsInsteadOfTheKernels) {
  auto world = tcp_world("source 10.0.0.5:40000-40009");
  wait(world, 4);
  EXPECT_EQ(judged(world, "tuple:10.0.0.5>10.0.1.1:5432"), "warning");
}

TEST(TimeWaitLeavesPorts, ReuseAndTimestamps) {
  struct Case {
    const char* reuse;
    const char* timestamps;
    const char* expected;
  };
  for (const auto& one : {Case{"2", "1", "pass"},
                          {"1", "1", "pass"},
                          {"0", "1", "info"},
                          {"0", "0", "info"},
                          {"1", "0", "warning"},
                          {"2", "0", "warning"}}) {
    auto world = tcp_world();
    world.sysctl("net.ipv4.tcp_tw_reuse", one.reuse).sysctl("net.ipv4.tcp_timestamps", one.timestamps);
    EXPECT_EQ(judged(world, kReuse), one.expected) << one.reuse << " " << one.timestamps;
  }
}

TEST(TimeWaitLeavesPorts, AnOverflowOnceIsWorthKnowing) {
  auto world = tcp_world();
  EXPECT_EQ(judged(world, kBuckets), "pass");
  world.network().netstat->values["TCPTimeWaitOverflow"] = 1;
  EXPECT_EQ(judged(world, kBuckets), "info");
}

TEST(TimeWaitLeavesPorts, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(tcp_world().no_sysctl("net.ipv4.tcp_tw_reuse"), kReuse), "unknown");
  EXPECT_EQ(judged(tcp_world().no_sysctl("net.ipv4.tcp_timestamps"), kReuse), "unknown");
  EXPECT_EQ(judged(tcp_world().no_sysctl("net.ipv4.ip_local_port_range"), kTuple), "unknown");
  auto world = tcp_world();
  world.network().outgoing = fail(std::errc::permission_denied, "sock_diag", "refused");
  world.network().netstat = unread("/proc/net/netstat");
  EXPECT_EQ(judged(world, kTuple), "unknown");
  EXPECT_EQ(judged(world, kBuckets), "unknown");
}

TEST(TimeWaitLeavesPorts, InstancesShareOneKernelSetting) {
  auto world = tcp_world();
  world.facts.instances.push_back(world.instance());
  EXPECT_EQ(judged(world, kReuse), "pass") << "told once";
}

}  // namespace
}  // namespace preflight::test
