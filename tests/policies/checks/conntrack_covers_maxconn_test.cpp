// SPDX-License-Identifier: Apache-2.0
// The connection tracking table: drops that rise, and how full it is.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check conntrack_covers_maxconn;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::conntrack_covers_maxconn;

constexpr const char* kMax = "net.netfilter.nf_conntrack_max";
constexpr const char* kCount = "net.netfilter.nf_conntrack_count";

Outcome judged(const World& world) {
  return outcome_about(world.judge(kCheck), "sysctl:net.netfilter.nf_conntrack_max");
}

World tracking(const std::string& count, const std::string& max = "1001") {
  World world;
  world.sysctl(kCount, count).sysctl(kMax, max);
  return world;
}

TEST(ConntrackCoversMaxconn, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "not applicable") << "idle";
  EXPECT_EQ(worst(World().running().judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(tracking("5").judge(kCheck)), "pass");
}

TEST(ConntrackCoversMaxconn, NearlyFullAboveEightyPercent) {
  EXPECT_EQ(verdict(judged(tracking("800"))), "pass");
  EXPECT_EQ(verdict(judged(tracking("801"))), "warning");
  EXPECT_EQ(verdict(judged(tracking("1001"))), "warning");
}

TEST(ConntrackCoversMaxconn, DropsThatRiseAreAnError) {
  auto world = tracking("5");
  world.network().conntrack = Counters{{{"drop", 41}}};
  EXPECT_EQ(verdict(judged(world)), "pass") << "since boot proves nothing";
  world.network().sample.conntrack = Counters{{{"drop", 41}}};
  EXPECT_EQ(verdict(judged(world)), "pass");
  world.network().sample.conntrack = Counters{{{"drop", 42}}};
  EXPECT_EQ(verdict(judged(world)), "error");
}

TEST(ConntrackCoversMaxconn, DoesNotApplyWhereAbsentIdleOrWithoutLimit) {
  EXPECT_EQ(verdict(judged(World().no_sysctl(kMax, std::errc::no_such_file_or_directory))), "not applicable");
  EXPECT_EQ(verdict(judged(tracking("0"))), "not applicable");
  EXPECT_EQ(verdict(judged(tracking("5", "0"))), "not applicable");
}

TEST(ConntrackCoversMaxconn, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(verdict(judged(World().no_sysctl(kMax))), "unknown");
  EXPECT_EQ(verdict(judged(World().no_sysctl(kCount))), "unknown");
}

TEST(ConntrackCoversMaxconn, NeedsNoConfiguration) {
  EXPECT_EQ(worst(tracking("5").no_config().judge(kCheck)), "pass");
}

}  // namespace
}  // namespace preflight::test
