// SPDX-License-Identifier: Apache-2.0
// haproxy's descriptor demand against every limit that can stand in its way.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check nofile_covers_maxconn;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::nofile_covers_maxconn;

/// 2 x maxconn + 10 reserved + 1 listener + 3 x 4 threads.
std::string config(int maxconn, const std::string& global = "") {
  return "global\n  maxconn " + std::to_string(maxconn) + "\n" + global +
         "defaults\n  mode http\nfrontend web\n  bind *:80\n";
}

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "instance:haproxy.service"); }

TEST(NofileCoversMaxconn, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(NofileCoversMaxconn, ShowsTheSumItIsMadeOf) {
  const auto detail = detail_of(judged(World().config(config(1000))));
  ASSERT_TRUE(detail.expected);
  EXPECT_EQ(std::get<std::int64_t>(detail.expected->measure.value), 2 * 1000 + 10 + 1 + 3 * 4);
  std::int64_t sum = 0;
  for (const auto& term : detail.terms) sum += term.value;
  EXPECT_EQ(sum, 2023);
}

TEST(NofileCoversMaxconn, AStarterWithTheCapabilityRaisesTheLimitItself) {
  World world;
  world.config(config(1000));
  world.instance().unit->limit_nofile = 2022;
  EXPECT_EQ(verdict(judged(world)), "info");
}

TEST(NofileCoversMaxconn, AStarterWithoutItCannot) {
  World world;
  world.config(config(1000));
  world.instance().unit->capability_bounding_set &= ~(1ULL << kCapSysResource);
  world.instance().unit->limit_nofile = 2023;
  EXPECT_EQ(verdict(judged(world)), "pass") << "exactly enough";
  world.instance().unit->limit_nofile = 2022;
  EXPECT_EQ(verdict(judged(world)), "error");
  world.instance().unit->capability_bounding_set = kUnlimited;
  world.instance().unit->user = "haproxy";
  EXPECT_EQ(verdict(judged(world)), "error") << "started as an ordinary user";
}

TEST(NofileCoversMaxconn, NrOpenBindsEvenTheCapable) {
  World world;
  world.config(config(1000)).sysctl("fs.nr_open", "2022");
  EXPECT_EQ(verdict(judged(world)), "error");
  world.sysctl("fs.nr_open", "2023");
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(NofileCoversMaxconn, CeilingsWrittenInTheConfigurationCount) {
  EXPECT_EQ(verdict(judged(World().config(config(1000, "  fd-hard-limit 2022\n")))), "error");
  EXPECT_EQ(verdict(judged(World().config(config(1000, "  fd-hard-limit 2023\n")))), "pass");
  EXPECT_EQ(verdict(judged(World().config(config(1000, "  ulimit-n 2022\n")))), "error");
  EXPECT_EQ(verdict(judged(World().config(config(1000, "  ulimit-n 2023\n")))), "pass");
}

/// haproxy asks for `ulimit-n` and not for what it needs.
TEST(NofileCoversMaxconn, UlimitIsAskedForEvenWhereLessWouldDo) {
  EXPECT_EQ(verdict(judged(World().config(config(1000, "  fd-hard-limit 3000\n  ulimit-n 3001\n")))), "error");
  World world;
  world.instance().unit->capability_bounding_set &= ~(1ULL << kCapSysResource);
  world.instance().unit->limit_nofile = 3000;
  world.instance().unit->limit_nofile_soft = 1024;
  const std::string announced = "Cannot raise FD limit to 3001";
  EXPECT_EQ(verdict(judged(world.config(config(1000, "  ulimit-n 3000\n")))), "pass");
  const auto outcome = judged(world.config(config(1000, "  ulimit-n 3001\n")));
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_NE(detail_of(outcome).evidence.at(0).find(announced), std::string::npos);
}

TEST(NofileCoversMaxconn, UlimitThatIsGivenMayStillBeTooLow) {
  World world;
  world.instance().unit->capability_bounding_set &= ~(1ULL << kCapSysResource);
  world.instance().unit->limit_nofile = 2000;
  world.instance().unit->limit_nofile_soft = 1024;
  const auto outcome = judged(world.config(config(1000, "  ulimit-n 1900\n")));
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_NE(detail_of(outcome).evidence.at(0).find("too low"), std::string::npos) << "1900 can be had, 2023 is needed";
}

/// Found by scripts/truth: haproxy 2.6.12 finds out what it may have, and keeps it.
TEST(NofileCoversMaxconn, MaxconnFromMemoryLeavesTheLimitRaised) {
  World world;
  world.instance().unit->capability_bounding_set &= ~(1ULL << kCapSysResource);
  world.instance().unit->limit_nofile = 4903;
  world.instance().unit->limit_nofile_soft = 4823;
  world.config("global\n  ulimit-n 4578\n");
  EXPECT_EQ(verdict(judged(world)), "error");
  world.instance().command_line.memory_mib = 2616;
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(NofileCoversMaxconn, DescriptorsInUseAreWatched) {
  World world;
  world.running({1000, 524288});
  auto& open = world.instance().processes.back().process.open_descriptors;
  for (const auto& [count, expected] : {std::pair{800, "pass"}, {810, "warning"}, {950, "warning"}, {960, "error"}}) {
    open = static_cast<std::uint64_t>(count);
    EXPECT_EQ(verdict(judged(world)), expected) << count;
  }
}

TEST(NofileCoversMaxconn, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(verdict(judged(World().no_sysctl("fs.nr_open"))), "unknown");
  World no_unit;
  no_unit.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(verdict(judged(no_unit)), "unknown");
  World no_config;
  no_config.instance().config = fail(std::errc::permission_denied, "/etc/haproxy/haproxy.cfg", "Permission denied");
  EXPECT_EQ(verdict(judged(no_config)), "unknown");
}

}  // namespace
}  // namespace preflight::test
