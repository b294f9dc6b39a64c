// SPDX-License-Identifier: Apache-2.0
// The arithmetic of source ports.
#include "policies/source_port_range.h"

#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight {
namespace {

using test::World;

TEST(SourcePortRange, ReservedAndBoundPortsAreSubtractedOnce) {
  World world;
  EXPECT_EQ(usable_source_ports(world.network())->value, 28232);
  world.sysctl("net.ipv4.ip_local_reserved_ports", "1-32768,40000-40009,40005-40014,60999,65535");
  EXPECT_EQ(usable_source_ports(world.network())->value, 28232 - 1 - 15 - 1);
  world.listener("0.0.0.0", 40000, 0, "");    // reserved already
  world.listener("0.0.0.0", 50000, 0, "");    // bound, whatever the address
  world.listener("127.0.0.1", 50000, 0, "");  // the same port
  world.listener("0.0.0.0", 443, 0, "");      // outside
  const auto usable = usable_source_ports(world.network());
  EXPECT_EQ(usable->value, 28232 - 17 - 1);
  std::int64_t sum = 0;
  for (const auto& term : usable->terms) sum += term.value;
  EXPECT_EQ(sum, usable->value);
}

TEST(SourcePortRange, ARangeOfOneAndARangeOfAll) {
  World world;
  world.sysctl("net.ipv4.ip_local_port_range", "40000\t40000");
  EXPECT_EQ(usable_source_ports(world.network())->value, 1);
  world.sysctl("net.ipv4.ip_local_port_range", "1\t65535");
  EXPECT_EQ(usable_source_ports(world.network())->value, 65535);
  world.sysctl("net.ipv4.ip_local_reserved_ports", "1-65535");
  EXPECT_EQ(usable_source_ports(world.network())->value, 0);
}

TEST(SourcePortRange, WhatCannotBeReadIsAnError) {
  World no_listeners;
  no_listeners.network().tcp_listeners = fail(std::errc::permission_denied, "sock_diag", "refused");
  EXPECT_FALSE(usable_source_ports(no_listeners.network()));
  EXPECT_FALSE(usable_source_ports(World().no_sysctl("net.ipv4.ip_local_port_range").network()));
  EXPECT_FALSE(usable_source_ports(World().sysctl("net.ipv4.ip_local_reserved_ports", "x").network()));
}

TEST(SourcePortRange, UseIsCountedForEachDestinationAndSource) {
  World world;
  EXPECT_TRUE(observed_use(world.network())->empty()) << "nobody had to look";
  world.connection("10.0.0.5", 40000, "10.0.1.1", 80);
  world.connection("10.0.0.5", 40001, "10.0.1.1", 80, SocketState::time_wait);
  world.connection("10.0.0.6", 40000, "10.0.1.1", 80);
  world.connection("10.0.0.5", 40000, "10.0.1.1", 81);
  const auto observed = observed_use(world.network());
  ASSERT_TRUE(observed);
  SourcePortsDemand tuple;
  tuple.destination_ip = parse_ip("10.0.1.1");
  tuple.destination_port = 80;
  EXPECT_EQ(use_of(*observed, tuple).open, 1);
  EXPECT_EQ(use_of(*observed, tuple).time_wait, 1);
  tuple.source_ip = parse_ip("10.0.0.6");
  EXPECT_EQ(use_of(*observed, tuple).ports(), 1);
  tuple.source_ip = parse_ip("10.0.0.7");
  EXPECT_EQ(use_of(*observed, tuple).ports(), 0);
  tuple.destination_ip.reset();
  EXPECT_EQ(use_of(*observed, tuple).ports(), 0) << "a name";
}

TEST(SourcePortRange, TuplesOfInstancesInOneNamespaceAreAdded) {
  World world;
  world.facts.instances.push_back(world.instance());
  const auto demand = world.demand();
  const Settings settings;
  const auto tuples = tuples_in(world.network(), Case{world.facts, demand, settings});
  ASSERT_EQ(tuples.size(), 2U);
  EXPECT_EQ(tuples.front().connections->value, 2 * (500 + 1)) << "traffic and a health check of each";
  EXPECT_EQ(tuples.front().connections->terms.size(), 4U);
}

}  // namespace
}  // namespace preflight
