// SPDX-License-Identifier: Apache-2.0
// The local port range as a hole in what SELinux is asked about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check port_range_keeps_selinux_checks;
}

namespace preflight::test {
namespace {

using testing::HasSubstr;

const Check& kCheck = checks::port_range_keeps_selinux_checks;
constexpr const char* kKey = "net.ipv4.ip_local_port_range";
constexpr const char* kAbout = "sysctl:net.ipv4.ip_local_port_range";

World with_range(const std::string& range) {
  World world;
  world.enforcing().sysctl(kKey, range);
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(PortRangeKeepsSelinuxChecks, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World().enforcing()), "pass");
  EXPECT_EQ(judged(with_range("10240\t65535")), "pass");
}

TEST(PortRangeKeepsSelinuxChecks, TheWidestRangeTurnsThemOff) {
  const auto outcome = outcome_about(with_range("1024\t65535").judge(kCheck), kAbout);
  EXPECT_EQ(verdict(outcome), "info");
  EXPECT_EQ(detail_of(outcome).observed->text, "64,512 ports");
}

TEST(PortRangeKeepsSelinuxChecks, NineTenthsAreTheBoundary) {
  // 64,512 unprivileged ports, of which 58,060 are nine tenths.
  EXPECT_EQ(judged(with_range("7476\t65535")), "pass");
  EXPECT_EQ(judged(with_range("7475\t65535")), "info");
  EXPECT_EQ(judged(with_range("700\t60000")), "info") << "58,977 of them unprivileged";
  EXPECT_EQ(judged(with_range("700\t59000")), "pass");
}

TEST(PortRangeKeepsSelinuxChecks, ABindThatWorksForThatReasonAloneIsTold) {
  World world;
  world.enforcing().config("listen l\n  mode http\n  bind *:40000\n  bind *:443\n");
  const auto outcome = outcome_about(world.judge(kCheck), "bind:tcp/*:40000");
  EXPECT_EQ(verdict(outcome), "info");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("no rule lets haproxy_t bind port 40000"));
  EXPECT_EQ(detail_of(outcome).where.origin.line, 3U);
  world.config("listen l\n  mode http\n  bind *:8404\n");
  EXPECT_EQ(judged(world), "pass") << "denied, which another check tells";
}

TEST(PortRangeKeepsSelinuxChecks, WhatCannotBeReadIsUnknown) {
  World world;
  EXPECT_EQ(judged(world.enforcing().no_sysctl(kKey)), "unknown");
  World policy = with_range("10240\t65535");
  policy.selinux().loaded = fail(std::errc::permission_denied, "policy", "Permission denied");
  EXPECT_EQ(judged(policy), "pass") << "the range can be judged without it";
}

TEST(PortRangeKeepsSelinuxChecks, NotApplicable) { EXPECT_EQ(judged(World()), "not applicable"); }

}  // namespace
}  // namespace preflight::test
