// SPDX-License-Identifier: Apache-2.0
// Booleans of the running policy against those of the one that the next boot loads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check selinux_booleans_survive_boot;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::selinux_booleans_survive_boot;
constexpr const char* kBoolean = "haproxy_connect_any";

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

World switched_on(const std::string& config) {
  World world;
  world.enforcing().config(config);
  *world.selinux().loaded = selinux::supposed(*world.selinux().loaded, {.booleans = {{kBoolean, true}}});
  return world;
}

TEST(SelinuxBooleansSurviveBoot, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World().enforcing()), "pass");
  World persistent = switched_on("listen l\n  bind *:8404\n");
  persistent.selinux().installed->booleans[kBoolean] = true;
  EXPECT_EQ(judged(persistent), "pass");
}

TEST(SelinuxBooleansSurviveBoot, OneThatAPortNeedsIsLostAtBoot) {
  const auto world = switched_on("listen l\n  mode http\n  bind *:8404\n  server a 10.0.1.1:8081\n");
  const auto outcome = outcome_about(world.judge(kCheck), "boolean:haproxy_connect_any");
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_EQ(detail_of(outcome).why, "haproxy_connect_any is on now, and off after the next boot");
  EXPECT_THAT(detail_of(outcome).evidence,
              testing::Contains("then SELinux denies haproxy 2 ports that it may use now"));
}

TEST(SelinuxBooleansSurviveBoot, OneThatNoPortNeedsIsWorthKnowing) {
  EXPECT_EQ(judged(switched_on("listen l\n  bind *:80\n")), "info");
  World gained;
  gained.enforcing().selinux().installed->booleans[kBoolean] = true;
  EXPECT_EQ(judged(gained), "info");
}

TEST(SelinuxBooleansSurviveBoot, OthersAreNobodysBusiness) {
  World world;
  world.enforcing().selinux().installed->booleans["httpd_enable_cgi"] = false;
  EXPECT_EQ(judged(world), "pass");
}

TEST(SelinuxBooleansSurviveBoot, WhatCannotBeReadIsUnknown) {
  World world;
  world.enforcing().selinux().installed = fail(std::errc::permission_denied, "policy.33", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
  World other;
  other.enforcing().selinux().loaded = fail(std::errc::permission_denied, "policy", "Permission denied");
  EXPECT_EQ(judged(other), "unknown");
  World older;
  older.enforcing().selinux().installed->booleans.erase(kBoolean);
  EXPECT_EQ(judged(older), "unknown");
}

TEST(SelinuxBooleansSurviveBoot, NotApplicable) {
  EXPECT_EQ(judged(World()), "not applicable");
  World none;
  none.enforcing().rules().booleans.clear();
  EXPECT_EQ(judged(none), "not applicable");
  World tree;
  tree.enforcing().facts.host.kind = HostKind::tree;
  EXPECT_EQ(judged(tree), "not applicable");
}

}  // namespace
}  // namespace preflight::test
