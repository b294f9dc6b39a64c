// SPDX-License-Identifier: Apache-2.0
// Low ports and the capability to bind them, by unit, by process, by namespace.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check privileged_ports_are_bindable;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::privileged_ports_are_bindable;
constexpr std::uint64_t kBindService = 1ULL << kCapNetBindService;

World with_bind(const std::string& bind) {
  World world;
  world.config("listen l\n  mode http\n  bind " + bind + "\n");
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

World as_user(World world) {
  world.instance().unit->user = "haproxy";
  return world;
}

TEST(PrivilegedPortsAreBindable, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "pass");
  EXPECT_EQ(judged(World().running()), "pass");
}

TEST(PrivilegedPortsAreBindable, AnOrdinaryUserCannot) {
  const auto outcome = outcome_about(as_user(with_bind("*:80")).judge(kCheck), "bind:tcp/*:80");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
}

TEST(PrivilegedPortsAreBindable, TheFirstFreePortIsTheBoundary) {
  EXPECT_EQ(judged(as_user(with_bind("*:1023"))), "error");
  EXPECT_EQ(judged(as_user(with_bind("*:1024"))), "pass");
  EXPECT_EQ(judged(as_user(with_bind("*:1023-1030"))), "error");
  EXPECT_EQ(judged(as_user(with_bind("*:80").sysctl("net.ipv4.ip_unprivileged_port_start", "80"))), "pass");
  EXPECT_EQ(judged(as_user(with_bind("*:80").sysctl("net.ipv4.ip_unprivileged_port_start", "81"))), "error");
}

TEST(PrivilegedPortsAreBindable, AmbientCapabilitiesHelpAsFarAsTheBoundingSetLets) {
  World world = as_user(with_bind("*:80"));
  world.instance().unit->ambient_capabilities = kBindService;
  EXPECT_EQ(judged(world), "pass");
  world.instance().unit->capability_bounding_set = ~kBindService;
  EXPECT_EQ(judged(world), "error");
  world.instance().unit->user.clear();
  EXPECT_EQ(judged(world), "error") << "root without it";
}

TEST(PrivilegedPortsAreBindable, OurOwnBoundingSetIsOnlyAHint) {
  World world = with_bind("*:80");
  world.facts.host.capabilities.bounding = ~kBindService;
  EXPECT_EQ(judged(world), "unknown");
  world.facts.host.kind = HostKind::tree;
  EXPECT_EQ(judged(world), "pass") << "of a tree it says nothing";
  world.facts.host.kind = HostKind::live;
  world.running();
  EXPECT_EQ(judged(world), "pass") << "the running process shows what its manager has";
}

TEST(PrivilegedPortsAreBindable, StartedByHand) {
  World world = with_bind("*:80");
  world.running();
  world.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_EQ(judged(world), "pass") << "root";
  auto& head = world.instance().processes.front().process;
  head.uid = 1000;
  head.capabilities = Capabilities{0, 0, kUnlimited};
  EXPECT_EQ(judged(world), "error") << "a user's shell";
  world.config("global\n  user haproxy\nlisten l\n  mode http\n  bind *:80\n");
  EXPECT_EQ(judged(world), "pass") << "dropped root";
  head.capabilities = fail(std::errc::permission_denied, "/proc/100/status", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
}

TEST(PrivilegedPortsAreBindable, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(World().no_sysctl("net.ipv4.ip_unprivileged_port_start")), "unknown");
  World world;
  world.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(judged(world), "unknown");
  World high = with_bind("*:8080");
  high.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(judged(high), "pass") << "a high port needs nothing";
}

TEST(PrivilegedPortsAreBindable, NotApplicable) {
  EXPECT_EQ(judged(with_bind("/run/l.sock")), "not applicable");
  EXPECT_EQ(judged(with_bind("*:80 namespace blue")), "not applicable");
}

}  // namespace
}  // namespace preflight::test
