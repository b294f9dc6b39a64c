// SPDX-License-Identifier: Apache-2.0
// Interfaces by name, on binds and sources.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check interfaces_exist;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::interfaces_exist;

World with(const std::string& rest) {
  World world;
  world.config("global\n  maxconn 100\ndefaults\n  mode http\n" + rest);
  world.network().interfaces = std::set<std::string>{"eth0", "lo"};
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(InterfacesExist, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "not applicable");
  EXPECT_EQ(judged(World().running()), "not applicable");
  EXPECT_EQ(judged(with("listen l\n  bind *:80 interface eth0\n")), "pass");
}

TEST(InterfacesExist, AMissingOneOpensTheListener) {
  const auto outcome = outcome_about(with("listen l\n  bind *:80 interface eth9\n").judge(kCheck), "interface:eth9");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_EQ(detail_of(outcome).where.origin.line, 6U);
  EXPECT_EQ(judged(with("listen l\n  bind *:80 interface eth\n")), "error") << "the whole name counts";
}

TEST(InterfacesExist, SocketsOfEveryKindCount) {
  EXPECT_EQ(judged(with("backend b\n  server a 10.0.0.1:80 source 0.0.0.0 interface eth9\n")), "error");
  EXPECT_EQ(judged(with("backend b\n  source 0.0.0.0 interface eth9\n")), "error");
  EXPECT_EQ(judged(with("backend b\n  default-server source 0.0.0.0 interface eth9\n  server a 10.0.0.1:80\n")),
            "error");
  EXPECT_EQ(judged(with("global\n  stats socket 10.0.0.1:9999 interface eth9\n")), "error");
  EXPECT_EQ(judged(with("listen l\n  disabled\n  bind *:80 interface eth9\n")), "not applicable");
}

TEST(InterfacesExist, OneFindingForOneName) {
  const auto outcomes =
      with(
          "listen l\n  bind *:80 interface eth9\n  bind *:81-89 interface eth9\n"
          "  server a 10.0.0.1:80 source 0.0.0.0 interface eth9\nlisten m\n  bind *:90 interface eth0\n")
          .judge(kCheck);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(detail_of(outcome_about(outcomes, "interface:eth9")).evidence.size(), 4U)
      << "what is said, and three lines";
}

TEST(InterfacesExist, AnAlternativeNameIsSeenByWhatListens) {
  auto world = with("frontend web\n  bind *:80 interface enp0s3\n");
  world.running();
  EXPECT_EQ(judged(world), "error") << "it listens on all of them";
  for (auto& listener : *world.network().tcp_listeners) listener.interface = 2;
  EXPECT_EQ(judged(world), "pass");
}

TEST(InterfacesExist, OtherNamespacesHaveOthers) {
  EXPECT_EQ(judged(with("listen l\n  bind *:80 interface eth9 namespace blue\n")), "not applicable");
}

TEST(InterfacesExist, WhatCannotBeReadIsUnknown) {
  auto world = with("listen l\n  bind *:80 interface eth0\n");
  world.network().interfaces = fail(std::errc::permission_denied, "/proc/net/dev", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
  world.network().interfaces.reset();
  EXPECT_EQ(judged(world), "unknown");
  EXPECT_EQ(judged(World().no_config()), "unknown");
}

}  // namespace
}  // namespace preflight::test
