// SPDX-License-Identifier: Apache-2.0
// A bind inside the local port range is safe only where the port is reserved.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check port_range_spares_listeners;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::port_range_spares_listeners;

World with_bind(const std::string& bind) {
  World world;
  world.instance().binary->features.insert("QUIC");
  world.config("listen l\n  mode http\n  bind " + bind + "\n");
  return world;
}

TEST(PortRangeSparesListeners, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(PortRangeSparesListeners, TheEndsOfTheRangeBelongToIt) {
  for (const auto& [port, expected] :
       {std::pair{"32767", "pass"}, {"32768", "warning"}, {"60999", "warning"}, {"61000", "pass"}}) {
    EXPECT_EQ(worst(with_bind(std::string("*:") + port).judge(kCheck)), expected) << port;
  }
}

TEST(PortRangeSparesListeners, AnyPortOfARangeCounts) {
  EXPECT_EQ(worst(with_bind("*:30000-32767").judge(kCheck)), "pass");
  const auto outcomes = with_bind("*:30000-32768").judge(kCheck);
  EXPECT_EQ(worst(outcomes), "warning");
  EXPECT_EQ(detail_of(outcome_about(outcomes, "bind:tcp/*:30000-32768")).observed->text, "port 32768 in 32768-60999");
}

TEST(PortRangeSparesListeners, ReservedPortsAreSpared) {
  auto world = with_bind("*:40000-40002");
  world.sysctl("net.ipv4.ip_local_reserved_ports", "40000-40001");
  EXPECT_EQ(worst(world.judge(kCheck)), "warning");
  world.sysctl("net.ipv4.ip_local_reserved_ports", "40000-40001,40002");
  EXPECT_EQ(worst(world.judge(kCheck)), "pass");
}

TEST(PortRangeSparesListeners, EveryKindOfListenerCounts) {
  EXPECT_EQ(worst(with_bind("quic4@*:40000 ssl crt /c.pem").judge(kCheck)), "warning");
  World stats;
  stats.config("global\n  stats socket 127.0.0.1:40001\n");
  EXPECT_EQ(verdict(outcome_about(stats.judge(kCheck), "bind:tcp/127.0.0.1:40001")), "warning");
}

TEST(PortRangeSparesListeners, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(worst(World().no_sysctl("net.ipv4.ip_local_port_range").judge(kCheck)), "unknown");
  EXPECT_EQ(worst(World().no_sysctl("net.ipv4.ip_local_reserved_ports").judge(kCheck)), "unknown");
}

TEST(PortRangeSparesListeners, OtherNamespacesAndUnixSocketsAreNotApplicable) {
  EXPECT_EQ(worst(with_bind("/run/l.sock").judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(with_bind("*:40000 namespace blue").judge(kCheck)), "not applicable");
}

}  // namespace
}  // namespace preflight::test
