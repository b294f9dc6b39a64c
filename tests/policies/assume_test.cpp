// SPDX-License-Identifier: Apache-2.0
// A host without haproxy.cfg is judged by what the policy assumes, and by nothing where it assumes nothing.
#include "policies/assume.h"

#include <gtest/gtest.h>

#include "policies/policy_file.h"
#include "tests/support/world.h"

namespace preflight::checks {
extern const Check maxconn_is_set;
extern const Check nofile_covers_maxconn;
}  // namespace preflight::checks

namespace preflight::test {
namespace {

Assumption assumed(const std::string& text) {
  const auto policy = load_policy({{"site.toml", text}});
  EXPECT_TRUE(policy);
  return policy ? policy->assume : Assumption{};
}

World without_configuration(std::errc why = std::errc::no_such_file_or_directory) {
  World world;
  world.instance().config = fail(why, "/etc/haproxy/haproxy.cfg", "cannot be read");
  return world;
}

TEST(Assume, MaxconnComesFromThePolicysLine) {
  auto world = without_configuration();
  assume_configurations(assumed("[assume]\nmaxconn = 300000\n"), world.facts);
  const auto demand = world.demand();
  ASSERT_EQ(demand.instances.size(), 1U);
  const auto& maxconn = demand.instances.front().maxconn;
  ASSERT_TRUE(maxconn);
  EXPECT_EQ(maxconn->value, 300000);
  EXPECT_EQ(maxconn->basis, Basis::assumed);
  EXPECT_EQ(maxconn->terms.front().origin.text(), "site.toml:2:11");
  EXPECT_GT(demand.instances.front().file_descriptors->value, 600000);
}

TEST(Assume, WhatNobodyConfiguredIsWorthAnInfoAtMost) {
  auto world = without_configuration();
  world.instance().unit->capability_bounding_set = 0;
  assume_configurations(assumed("[assume]\nmaxconn = 300000\n"), world.facts);
  EXPECT_EQ(worst(world.judge(checks::nofile_covers_maxconn)), "info");
  EXPECT_EQ(worst(world.judge(checks::maxconn_is_set)), "not applicable");
}

TEST(Assume, NothingIsAssumedUnlessWritten) {
  auto world = without_configuration();
  assume_configurations(assumed(""), world.facts);
  EXPECT_FALSE(world.instance().config);
}

TEST(Assume, AConfigurationThatIsThereIsNeverReplaced) {
  auto barred = without_configuration(std::errc::permission_denied);
  assume_configurations(assumed("[assume]\nmaxconn = 300000\n"), barred.facts);
  EXPECT_FALSE(barred.instance().config) << "it may say anything";
  World world;
  assume_configurations(assumed("[assume]\nmaxconn = 300000\n"), world.facts);
  EXPECT_EQ(world.demand().instances.front().maxconn->value, 2000);
}

}  // namespace
}  // namespace preflight::test
