// SPDX-License-Identifier: Apache-2.0
// What was not understood, and what haproxy itself takes for other than it looks.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check config_is_read_completely;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::config_is_read_completely;

World with(const std::string& rest) {
  World world;
  world.config(rest);
  return world;
}

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "config:/etc/haproxy/haproxy.cfg"); }

haproxy::Remark remark(bool feeds_demand) {
  haproxy::Remark made;
  made.text = "unknown keyword";
  made.feeds_demand = feeds_demand;
  return made;
}

TEST(ConfigIsReadCompletely, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(ConfigIsReadCompletely, AMisreadNumberIsToldAsHaproxyTakesIt) {
  const auto outcome = judged(with("global\n  ulimit-n 10k\nlisten l\n  bind *:80\n"));
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_EQ(detail_of(outcome).why, "haproxy reads '10k' as 10");
  EXPECT_EQ(detail_of(outcome).where.origin.line, 2U);
  EXPECT_FALSE(detail_of(outcome).consequence_of) << "haproxy -c says nothing of it";
}

TEST(ConfigIsReadCompletely, ALineThatFeedsADemandWeighsMore) {
  EXPECT_EQ(verdict(judged(with("listen l\n  bind *:80 from-the-future\n"))), "warning");
  World world;
  world.instance().config->remarks = {remark(false)};
  EXPECT_EQ(verdict(judged(world)), "info");
  world.instance().config->remarks = {remark(false), remark(true)};
  EXPECT_EQ(verdict(judged(world)), "warning");
}

TEST(ConfigIsReadCompletely, WhatHaproxyRefusesIsItsOwnFinding) {
  const auto outcome = judged(with("listen l\n  bind *\n"));
  EXPECT_EQ(verdict(outcome), "warning");
  ASSERT_TRUE(detail_of(outcome).consequence_of);
  EXPECT_EQ(detail_of(outcome).consequence_of->check, "config_is_valid");
  EXPECT_EQ(detail_of(outcome).consequence_of->subject.text, "config:/etc/haproxy/haproxy.cfg");
}

TEST(ConfigIsReadCompletely, VariablesAreNotItsBusiness) {
  EXPECT_EQ(verdict(judged(with("listen l\n  bind ${A}:80\n"))), "pass");
}

TEST(ConfigIsReadCompletely, QuotesAFewAndCountsTheRest) {
  std::string many = "listen l\n";
  for (int i = 0; i < 300; ++i) many += "  bind *:80 from-the-future\n";
  const auto detail = detail_of(judged(with(many)));
  EXPECT_EQ(std::get<std::int64_t>(detail.observed->value), 300) << "those that were not kept too";
  ASSERT_EQ(detail.evidence.size(), 6U);
  EXPECT_EQ(detail.evidence.front().rfind("/etc/haproxy/haproxy.cfg:2:", 0), 0U);
  EXPECT_EQ(detail.evidence.back(), "and 295 more");
}

TEST(ConfigIsReadCompletely, AConfigurationNobodyCouldReadIsUnknown) {
  EXPECT_EQ(verdict(judged(World().no_config())), "unknown");
  World world;
  world.instance().config->remarks_dropped = 1;
  EXPECT_EQ(verdict(judged(world)), "unknown");
}

}  // namespace
}  // namespace preflight::test
