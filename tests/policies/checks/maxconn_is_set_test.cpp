// SPDX-License-Identifier: Apache-2.0
// Whether somebody chose the number that sizes all others.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check maxconn_is_set;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::maxconn_is_set;

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "instance:haproxy.service"); }

World with(const std::string& global) {
  World world;
  world.config("global\n" + global + "defaults\n  mode http\nfrontend web\n  bind *:80\n");
  return world;
}

TEST(MaxconnIsSet, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(MaxconnIsSet, OneIsANumberAndZeroIsNone) {
  EXPECT_EQ(verdict(judged(with("  maxconn 1\n"))), "pass");
  EXPECT_EQ(verdict(judged(with("  maxconn 0\n"))), "warning");
  EXPECT_EQ(verdict(judged(with(""))), "warning");
}

TEST(MaxconnIsSet, TheNumberHaproxyDerivesIsShown) {
  const auto detail = detail_of(judged(with("")));
  ASSERT_TRUE(detail.observed);
  EXPECT_EQ(std::get<std::int64_t>(detail.observed->value), (524288 - 10 - 1 - 12) / 2);
}

TEST(MaxconnIsSet, TheCommandLineCounts) {
  auto world = with("");
  world.instance().command_line.maxconn = 5000;
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(MaxconnIsSet, ThatNoneIsSetIsKnownWithoutTheDerivedNumber) {
  auto world = with("");
  world.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(verdict(judged(world)), "warning");
  EXPECT_FALSE(detail_of(judged(world)).observed);
}

TEST(MaxconnIsSet, AMemoryLimitIsAChoiceToo) {
  auto world = with("");
  world.instance().command_line.memory_mib = 512;
  EXPECT_EQ(verdict(judged(world)), "pass");
  EXPECT_EQ(std::get<std::int64_t>(detail_of(judged(world)).observed->value), 14000);
  EXPECT_EQ(detail_of(judged(world)).terms.size(), 1U);
  world.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(verdict(judged(world)), "not applicable") << "a choice, though its number is not known";
}

TEST(MaxconnIsSet, AConfigurationNobodyCouldReadIsUnknown) {
  EXPECT_EQ(verdict(judged(World().no_config())), "unknown");
}

}  // namespace
}  // namespace preflight::test
