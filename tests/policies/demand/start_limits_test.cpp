// SPDX-License-Identifier: Apache-2.0
// Which limits haproxy starts with, and whether its starter may raise them.
#include "policies/demand/start_limits.h"

#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::test {
namespace {

constexpr std::uint64_t kNoResource = kUnlimited & ~(1ULL << kCapSysResource);

Result<StartLimits> of(World& world) { return start_limits(world.instance(), world.facts); }

bool may_raise(World& world) {
  const auto limits = of(world);
  EXPECT_TRUE(limits && limits->may_raise);
  return limits && limits->may_raise.value_or(false);
}

/// A running head of that user with these permitted and bounding sets.
World running_as(std::uint32_t uid, std::uint64_t permitted, std::uint64_t bounding) {
  World world;
  world.running();
  auto& head = world.instance().processes.front().process;
  head.uid = uid;
  head.capabilities = Capabilities{permitted, permitted, bounding};
  return world;
}

TEST(StartLimits, AStoppedServiceHasTheLimitsOfItsUnit) {
  World world;
  const auto limits = of(world);
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->nofile, (Limits{1024, 524288}));
  EXPECT_EQ(limits->source, "haproxy.service");
  EXPECT_TRUE(may_raise(world));
}

TEST(StartLimits, AUnitReadFromItsFileIsNamedByIt) {
  World world;
  world.instance().unit_source = haproxy::UnitSource::files;
  EXPECT_EQ(of(world)->source, "/lib/systemd/system/haproxy.service");
}

TEST(StartLimits, TheKernelsCeilingCutsBothLimitsOfAUnit) {
  World world;
  world.sysctl("fs.nr_open", "524287");
  EXPECT_EQ(of(world)->nofile, (Limits{1024, 524287}));
  world.sysctl("fs.nr_open", "524288");
  EXPECT_EQ(of(world)->nofile, (Limits{1024, 524288}));
  world.sysctl("fs.nr_open", "1000");
  EXPECT_EQ(of(world)->nofile, (Limits{1000, 1000}));
}

TEST(StartLimits, AManagerGivesNoMoreThanItHas) {
  World world;
  world.facts.host.manager_nofile = Limits{1024, 20000};
  EXPECT_EQ(of(world)->nofile, (Limits{1024, 20000}));
  EXPECT_EQ(of(world)->source, "haproxy.service (cut at the limit of systemd itself)");
  world.facts.host.manager_nofile = Limits{1024, 524288};
  EXPECT_EQ(of(world)->source, "haproxy.service");
  world.facts.host.manager_nofile = fail(std::errc::permission_denied, "/proc/1/limits", "refused");
  EXPECT_FALSE(of(world)) << "no guess";
}

TEST(StartLimits, WhoMayRaiseFromAUnit) {
  World world;
  for (const auto& [user, expected] : {std::pair{"", true}, {"root", true}, {"0", true}, {"haproxy", false}}) {
    world.instance().unit->user = user;
    EXPECT_EQ(may_raise(world), expected) << user;
  }
  world.instance().unit->user.clear();
  world.instance().unit->capability_bounding_set = kNoResource;
  EXPECT_FALSE(may_raise(world));
  world.instance().unit->capability_bounding_set = kUnlimited;
  world.facts.host.capabilities.bounding = kNoResource;
  EXPECT_FALSE(may_raise(world)) << "a container bounds every service in it";
}

TEST(StartLimits, ARunningProcessHasItsOwn) {
  World world;
  world.running({4040, 9000}).sysctl("fs.nr_open", "5000");
  const auto limits = of(world);
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->nofile, (Limits{4040, 9000})) << "nr_open cuts nobody who has more already";
  EXPECT_EQ(limits->source, "process 100");
}

TEST(StartLimits, WhoMayRaiseWhileRunning) {
  auto root = running_as(0, kUnlimited, kUnlimited);
  EXPECT_TRUE(may_raise(root));
  auto bounded = running_as(0, kNoResource, kUnlimited);
  EXPECT_FALSE(may_raise(bounded));
  auto capable = running_as(106, 1ULL << kCapSysResource, kUnlimited);
  EXPECT_TRUE(may_raise(capable));
}

TEST(StartLimits, AProcessThatDroppedRootWasStartedAsItsUnitSays) {
  auto dropped = running_as(106, 0, kUnlimited);
  EXPECT_TRUE(may_raise(dropped));
  dropped.instance().unit->user = "haproxy";
  EXPECT_FALSE(may_raise(dropped));
}

TEST(StartLimits, WithoutAUnitADroppedProcessKeepsTheBoundsItWasStartedWith) {
  auto dropped = running_as(106, 0, kUnlimited);
  dropped.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_TRUE(may_raise(dropped)) << "its configuration names a user to become";
  dropped.instance().processes.front().process.capabilities = Capabilities{0, 0, kNoResource};
  EXPECT_FALSE(may_raise(dropped));
  auto ordinary = running_as(106, 0, kUnlimited);
  ordinary.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  ordinary.config("global\n  maxconn 10\n");
  EXPECT_FALSE(may_raise(ordinary)) << "it never was root";
}

TEST(StartLimits, WhatCannotBeReadIsAnError) {
  World no_unit;
  no_unit.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_FALSE(of(no_unit));
  World unknown_unit;
  unknown_unit.instance().unit->load_state = "not-found";
  EXPECT_FALSE(of(unknown_unit)) << "systemd shows properties even of a unit that does not exist";
  World no_limits;
  no_limits.running().instance().processes.front().process.nofile = unread("limits");
  EXPECT_FALSE(of(no_limits));
  World no_capabilities;
  no_capabilities.running().instance().processes.front().process.capabilities = unread("status");
  ASSERT_TRUE(of(no_capabilities));
  EXPECT_FALSE(of(no_capabilities)->may_raise);
}

}  // namespace
}  // namespace preflight::test
