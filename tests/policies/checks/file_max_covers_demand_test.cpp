// SPDX-License-Identifier: Apache-2.0
// The host's limit of open files against old and new workers and everybody else.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check file_max_covers_demand;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::file_max_covers_demand;

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "sysctl:fs.file-max"); }

/// 2 x 1000 + 10 + 1 listener + 3 x 4 threads = 2023 descriptors; 100 files are open.
World limited(std::int64_t file_max, const std::string& maxconn = "  maxconn 1000\n") {
  World world;
  world.config("global\n" + maxconn + "defaults\n  mode http\nfrontend web\n  bind *:80\n");
  world.sysctl("fs.file-max", std::to_string(file_max)).sysctl("fs.file-nr", "100\t0\t1");
  return world;
}

TEST(FileMaxCoversDemand, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(FileMaxCoversDemand, EnfileIsCertainAboveTheLimit) {
  EXPECT_EQ(verdict(judged(limited(2023 + 100 - 1))), "error");
  EXPECT_EQ(verdict(judged(limited(2023 + 100))), "warning") << "but not during a reload";
}

TEST(FileMaxCoversDemand, AReloadNeedsRoomForBoth) {
  const std::int64_t reload = 2 * 2023 + 100;            // 4146
  const std::int64_t enough = (reload * 100 + 79) / 80;  // 5183: 80 % of it is 4146
  EXPECT_EQ(verdict(judged(limited(enough))), "pass");
  EXPECT_EQ(verdict(judged(limited(enough - 1))), "warning");
}

TEST(FileMaxCoversDemand, WhatHaproxyHoldsAlreadyIsNotCountedTwice) {
  auto world = limited(2023 + 100 - 1);
  world.running();  // two processes with 24 descriptors each
  EXPECT_EQ(verdict(judged(world)), "warning");
}

TEST(FileMaxCoversDemand, AnAutomaticDemandIsOnlyWorthKnowing) {
  EXPECT_EQ(verdict(judged(limited(5000, ""))), "info");
}

TEST(FileMaxCoversDemand, InstancesAddUp) {
  auto world = limited(2 * 2023 + 100 - 1);
  EXPECT_EQ(verdict(judged(world)), "warning");
  world.facts.instances.push_back(world.instance());
  EXPECT_EQ(verdict(judged(world)), "error");
}

TEST(FileMaxCoversDemand, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(verdict(judged(World().no_sysctl("fs.file-max"))), "unknown");
  EXPECT_EQ(verdict(judged(World().no_sysctl("fs.file-nr"))), "unknown");
  EXPECT_EQ(verdict(judged(World().sysctl("fs.file-nr", ""))), "unknown");
  const auto unread = World().no_config().judge(kCheck);
  EXPECT_EQ(verdict(outcome_about(unread, "sysctl:fs.file-max")), "unknown");
  EXPECT_EQ(verdict(outcome_about(unread, "instance:haproxy.service")), "unknown");
}

TEST(FileMaxCoversDemand, AFailureStandsWhateverTheUnreadInstanceNeeds) {
  auto world = limited(2023 + 100 - 1);
  world.facts.instances.push_back(world.instance());
  world.facts.instances.back().name = "other.service";
  world.facts.instances.back().config = fail(std::errc::permission_denied, "/etc/other.cfg", "Permission denied");
  const auto outcomes = world.judge(kCheck);
  EXPECT_EQ(verdict(outcome_about(outcomes, "sysctl:fs.file-max")), "error");
  EXPECT_EQ(verdict(outcome_about(outcomes, "instance:other.service")), "unknown");
}

TEST(FileMaxCoversDemand, DoesNotApplyToATreeWithoutTheFact) {
  World world;
  world.facts.sysctls.values.insert_or_assign("fs.file-max", tl::make_unexpected(offline_tree("fs.file-max")));
  EXPECT_TRUE(is_offline_tree(std::get<Unknown>(judged(world)).error));
}

}  // namespace
}  // namespace preflight::test
