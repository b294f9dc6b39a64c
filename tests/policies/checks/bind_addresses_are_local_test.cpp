// SPDX-License-Identifier: Apache-2.0
// An address of the other node cannot be bound, unless the host or the bind allows it.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check bind_addresses_are_local;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::bind_addresses_are_local;
const IpAddress kV4 = *parse_ip("192.0.2.10");
const IpAddress kV6 = *parse_ip("2001:db8::10");

World with_bind(const std::string& bind, bool local = false) {
  World world;
  world.config("listen l\n  mode http\n  bind " + bind + "\n");
  world.network().local_addresses.emplace(kV4, local);
  world.network().local_addresses.emplace(kV6, local);
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(BindAddressesAreLocal, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "pass");
  EXPECT_EQ(judged(World().running()), "pass");
  EXPECT_EQ(judged(with_bind("192.0.2.10:80", true)), "pass");
}

TEST(BindAddressesAreLocal, AnAddressOfAnotherHostPreventsTheStart) {
  const auto outcome = outcome_about(with_bind("192.0.2.10:80").judge(kCheck), "bind:tcp/192.0.2.10:80");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
}

TEST(BindAddressesAreLocal, NonlocalBindIsOfAFamily) {
  EXPECT_EQ(judged(with_bind("192.0.2.10:80").sysctl("net.ipv4.ip_nonlocal_bind", "1")), "pass");
  EXPECT_EQ(judged(with_bind("192.0.2.10:80").sysctl("net.ipv6.ip_nonlocal_bind", "1")), "error");
  EXPECT_EQ(judged(with_bind("[2001:db8::10]:80").sysctl("net.ipv6.ip_nonlocal_bind", "1")), "pass");
  EXPECT_EQ(judged(with_bind("[2001:db8::10]:80").sysctl("net.ipv4.ip_nonlocal_bind", "1")), "error");
}

TEST(BindAddressesAreLocal, TransparentAndWildcardsMayBind) {
  EXPECT_EQ(judged(with_bind("192.0.2.10:80 transparent")), "pass");
  EXPECT_EQ(judged(with_bind("[::]:80")), "pass");
}

TEST(BindAddressesAreLocal, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(with_bind("192.0.2.10:80").no_sysctl("net.ipv4.ip_nonlocal_bind")), "unknown");
  EXPECT_EQ(judged(with_bind("192.0.2.11:80")), "unknown") << "not looked up";
  World world = with_bind("192.0.2.10:80");
  world.network().local_addresses.at(kV4) = fail(std::errc::permission_denied, "route", "refused");
  EXPECT_EQ(judged(world), "unknown");
  EXPECT_EQ(judged(with_bind("192.0.2.10:80", true).no_sysctl("net.ipv4.ip_nonlocal_bind")), "pass")
      << "not needed for a local address";
}

TEST(BindAddressesAreLocal, NotApplicable) {
  EXPECT_EQ(judged(with_bind("/run/l.sock")), "not applicable");
  EXPECT_EQ(judged(with_bind("lb.example.net:80")), "not applicable");
  EXPECT_EQ(judged(with_bind("192.0.2.10:80 namespace blue")), "not applicable");
}

}  // namespace
}  // namespace preflight::test
