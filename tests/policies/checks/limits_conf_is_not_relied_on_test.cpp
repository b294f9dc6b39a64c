// SPDX-License-Identifier: Apache-2.0
// Lines of limits.conf that somebody wrote for a service which never sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check limits_conf_is_not_relied_on;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::limits_conf_is_not_relied_on;
constexpr const char* kFile = "/etc/security/limits.conf";

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "instance:haproxy.service"); }

World world_with(const std::string& domain, std::uint64_t hard = 524288) {
  World world;
  world.config("global\n  maxconn 2000\n  user haproxy\ndefaults\n  mode http\nfrontend web\n  bind *:80\n");
  world.facts.host.pam_nofile = std::vector<PamLimit>{{kFile, 12, domain, "hard", "100000"}};
  world.instance().unit_limit->reloaded.limits.hard = hard;
  return world;
}

TEST(LimitsConfIsNotReliedOn, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(LimitsConfIsNotReliedOn, WhatNamesHaproxyIsMeantForIt) {
  EXPECT_EQ(verdict(judged(world_with("haproxy"))), "info");
  EXPECT_EQ(verdict(judged(world_with("@haproxy"))), "info");
  const auto detail = detail_of(judged(world_with("haproxy")));
  EXPECT_EQ(*detail.where.origin.file, kFile);
  EXPECT_EQ(detail.where.origin.line, 12U);
}

TEST(LimitsConfIsNotReliedOn, WhatIsForEverybodyOnlyMattersWhereTheUnitGivesTooLittle) {
  for (const char* domain : {"*", "root", "@lb"}) {
    EXPECT_EQ(verdict(judged(world_with(domain))), "pass") << domain;
    EXPECT_EQ(verdict(judged(world_with(domain, 1000))), "info") << domain;
  }
  EXPECT_EQ(verdict(judged(world_with("postgres", 1000))), "pass");
}

TEST(LimitsConfIsNotReliedOn, TheBoundary) {
  EXPECT_EQ(verdict(judged(world_with("*", 4000 + 10 + 1 + 12))), "pass");
  EXPECT_EQ(verdict(judged(world_with("*", 4000 + 10 + 1 + 11))), "info");
}

TEST(LimitsConfIsNotReliedOn, DoesNotApplyToASessionOfPamOrWithoutAUnit) {
  auto world = world_with("haproxy");
  world.instance().unit_limit->pam_name = "login";
  EXPECT_EQ(verdict(judged(world)), "not applicable");
  auto none = world_with("haproxy");
  none.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_EQ(verdict(judged(none)), "not applicable");
}

TEST(LimitsConfIsNotReliedOn, WhatCannotBeReadIsUnknown) {
  auto world = world_with("haproxy");
  world.facts.host.pam_nofile = fail(std::errc::permission_denied, kFile, "no");
  EXPECT_EQ(verdict(judged(world)), "unknown");
  auto no_unit = world_with("haproxy");
  no_unit.instance().unit_limit = fail(std::errc::permission_denied, "x", "no");
  EXPECT_EQ(verdict(judged(no_unit)), "unknown");
}

}  // namespace
}  // namespace preflight::test
