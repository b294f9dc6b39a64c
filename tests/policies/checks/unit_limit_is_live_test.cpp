// SPDX-License-Identifier: Apache-2.0
// The limit a process has against the limit its unit gives.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check unit_limit_is_live;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::unit_limit_is_live;

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "instance:haproxy.service"); }

/// maxconn 2000 in the healthy configuration needs 4026 descriptors, one more with a master.
constexpr std::uint64_t kNeed = 4000 + 10 + 2 + 11 + 2 + 1 + 12;

World limits(std::uint64_t process, std::uint64_t unit, bool may_raise = true) {
  World world;
  world.running({1024, process});
  world.instance().unit->limit_nofile = unit;
  if (!may_raise) {
    for (auto& member : world.instance().processes) member.process.capabilities = Capabilities{};
  }
  return world;
}

TEST(UnitLimitIsLive, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(UnitLimitIsLive, TheNeedOfTheseTests) {
  EXPECT_EQ(World().running().demand().instances.front().file_descriptors->value, static_cast<std::int64_t>(kNeed));
}

TEST(UnitLimitIsLive, TooLowWhileTheUnitWouldSufficeNeedsARestart) {
  EXPECT_EQ(verdict(judged(limits(kNeed - 1, kNeed, false))), "error");
  EXPECT_EQ(verdict(judged(limits(kNeed - 1, kUnlimited, false))), "error");
  EXPECT_EQ(verdict(judged(limits(kNeed - 1, kNeed, true))), "warning") << "it raises the limit itself at a reload";
  EXPECT_EQ(verdict(judged(limits(kNeed - 2, kNeed - 1, false))), "warning") << "a restart would not help";
}

TEST(UnitLimitIsLive, EveryDifferenceIsTold) {
  EXPECT_EQ(verdict(judged(limits(10'000, 10'000))), "pass");
  EXPECT_EQ(verdict(judged(limits(9'999, 10'000))), "warning");
  EXPECT_EQ(verdict(judged(limits(10'001, 10'000))), "info");
  EXPECT_EQ(verdict(judged(limits(10'000, kUnlimited))), "pass");
  EXPECT_EQ(verdict(judged(limits(kNeed, 1024))), "pass") << "haproxy raised it itself, to just this";
}

TEST(UnitLimitIsLive, SystemdCutsTheLimitAtNrOpen) {
  auto world = limits(10'000, 20'000);
  world.sysctl("fs.nr_open", "10000");
  EXPECT_EQ(verdict(judged(world)), "pass");
  world.sysctl("fs.nr_open", "10001");
  EXPECT_EQ(verdict(judged(world)), "warning");
}

TEST(UnitLimitIsLive, AnAutomaticDemandIsNoReasonToRestart) {
  auto world = limits(100, 10'000, false);
  world.config("global\ndefaults\n  mode http\nfrontend web\n  bind *:80\n");
  EXPECT_EQ(verdict(judged(world)), "warning");
}

TEST(UnitLimitIsLive, DoesNotApplyWithoutAUnit) {
  auto world = limits(10'000, 20'000);
  world.instance().processes.front().process.unit = std::string();
  EXPECT_EQ(verdict(judged(world)), "not applicable");
}

TEST(UnitLimitIsLive, WhatCannotBeReadIsUnknown) {
  auto world = limits(10'000, 10'000);
  world.instance().processes.front().process.nofile = fail(std::errc::permission_denied, "/proc/100/limits", "no");
  EXPECT_EQ(verdict(judged(world)), "unknown");
  auto no_unit = limits(10'000, 10'000);
  no_unit.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(verdict(judged(no_unit)), "unknown");
  EXPECT_EQ(verdict(judged(World().running().no_config())), "unknown");
}

}  // namespace
}  // namespace preflight::test
