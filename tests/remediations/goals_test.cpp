// SPDX-License-Identifier: Apache-2.0
// The wishes of several remedies as one, in an order the kernel accepts.
#include "remediations/goals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/policy.h"
#include "tests/support/world.h"

namespace preflight {
namespace {

using testing::ElementsAre;

constexpr const char* kReserved = "net.ipv4.ip_local_reserved_ports";
constexpr const char* kRange = "net.ipv4.ip_local_port_range";

TEST(Goals, OfTwoNumbersTheLarger) {
  Goals goals;
  goals.add({SettingAim{"net.core.somaxconn", "9000"}});
  goals.add({SettingAim{"net.core.somaxconn", "30000"}});
  goals.add({SettingAim{"net.core.somaxconn", "10000"}});
  EXPECT_EQ(goals.settings.at("net.core.somaxconn").value, "30000");
}

TEST(Goals, OfTwoReservationsBoth) {
  Goals goals;
  goals.add({SettingAim{kReserved, "8080,9000-9002", AimRule::exactly}});
  goals.add({SettingAim{kReserved, "9003,20080", AimRule::exactly}});
  EXPECT_EQ(goals.settings.at(kReserved).value, "8080,9000-9003,20080");
}

TEST(Goals, AnEmptyReservationAddsNothing) {
  Goals goals;
  goals.add({SettingAim{kReserved, "", AimRule::exactly}});
  goals.add({SettingAim{kReserved, "80", AimRule::exactly}});
  EXPECT_EQ(goals.settings.at(kReserved).value, "80");
}

TEST(Goals, WhatBoundsAnotherOneComesFirst) {
  Goals goals;
  goals.add({SettingAim{"net.netfilter.nf_conntrack_max", "8"}, SettingAim{"net.netfilter.nf_conntrack_buckets", "2"},
             SettingAim{kRange, "10240 65535", AimRule::exactly}, SettingAim{kReserved, "20080", AimRule::exactly},
             SettingAim{"net.core.somaxconn", "5"}, SettingAim{"fs.nr_open", "6"}});
  EXPECT_THAT(goals.keys_in_order(), ElementsAre("fs.nr_open", kReserved, kRange, "net.netfilter.nf_conntrack_buckets",
                                                 "net.netfilter.nf_conntrack_max", "net.core.somaxconn"));
}

TEST(Goals, LimitsAreTheLargestOfTheirUnit) {
  Goals goals;
  goals.add({LimitAim{"haproxy.service", 5000}, LimitAim{"haproxy.service", 4000}, LimitAim{"other.service", 1}});
  EXPECT_EQ(goals.limits.at("haproxy.service"), 5000U);
  EXPECT_EQ(goals.limits.size(), 2U);
}

TEST(Meets, MoreIsAsGoodWhereThatIsAsked) {
  const SettingAim least{"k", "100"};
  EXPECT_TRUE(meets("100", least));
  EXPECT_TRUE(meets("101", least));
  EXPECT_FALSE(meets("99", least));
  EXPECT_FALSE(meets("", least));
  EXPECT_FALSE(meets("many", least));
  const SettingAim exact{"k", "100", AimRule::exactly};
  EXPECT_TRUE(meets("100", exact));
  EXPECT_FALSE(meets("101", exact));
}

TEST(Meets, AReservationMayHoldMore) {
  const SettingAim aim{kReserved, "8080,9000-9001", AimRule::exactly};
  EXPECT_TRUE(meets("80,8080,9000-9010", aim));
  EXPECT_FALSE(meets("8080,9000", aim));
  EXPECT_FALSE(meets("", aim));
}

/// A unit whose files and whose systemd give that many, under a systemd that has `manager` itself.
std::string unmet_of(std::uint64_t descriptors, std::uint64_t manager) {
  test::World world;
  auto& instance = world.instance();
  instance.unit = UnitProperties{};
  instance.unit->name = "haproxy.service";
  instance.unit->limit_nofile = 30000;
  UnitLimit limit;
  limit.reloaded.limits = {30000, 30000};
  limit.at_boot = limit.reloaded;
  instance.unit_limit = limit;
  world.facts.host.manager_nofile = Limits{1024, manager};
  const auto demand = world.demand();
  const Settings settings;
  const Policy policy;
  const auto found = unmet({LimitAim{"haproxy.service", descriptors}}, {world.facts, demand, settings, &policy});
  return found ? *found : describe(found.error());
}

TEST(Unmet, WhatCannotBeLookedAtIsNeitherSoNorNot) {
  test::World world;
  world.no_sysctl("net.core.somaxconn");
  const auto demand = world.demand();
  const Settings settings;
  const Policy policy;
  const auto found = unmet({SettingAim{"net.core.somaxconn", "4096"}}, {world.facts, demand, settings, &policy});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, std::errc::permission_denied);
}

TEST(Unmet, ALimitIsWhatSystemdCanGive) {
  EXPECT_EQ(unmet_of(30000, 524288), "");
  EXPECT_EQ(unmet_of(40000, 524288), "haproxy.service would be given 30000 descriptors");
  EXPECT_EQ(unmet_of(30000, 20000), "haproxy.service would be given 20000 descriptors, as many as systemd itself has");
}

}  // namespace
}  // namespace preflight
