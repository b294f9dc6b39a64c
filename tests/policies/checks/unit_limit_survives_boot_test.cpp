// SPDX-License-Identifier: Apache-2.0
// The limit there is now against the one that the files bring at the next boot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check unit_limit_survives_boot;
}

namespace preflight::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const Check& kCheck = checks::unit_limit_survives_boot;
constexpr const char* kSite = "/etc/systemd/system/haproxy.service.d/site.conf";
constexpr const char* kRun = "/run/systemd/system/haproxy.service.d/now.conf";

/// maxconn 2000 in the healthy configuration.
constexpr std::uint64_t kNeed = 4000 + 10 + 2 + 11 + 2 + 12;

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "instance:haproxy.service"); }

GivenLimit given(std::uint64_t hard, const std::string& file) {
  return {.limits = {1024, hard},
          .lines = {{file, 2, "LimitNOFILE=1024:" + std::to_string(hard), LimitFate::decides}},
          .decider = 0};
}

/// systemd has read `loaded`; the files give the others.
World world_of(std::uint64_t loaded, std::uint64_t reloaded, std::uint64_t at_boot, bool may_raise = false) {
  World world;
  auto& instance = world.instance();
  instance.unit->limit_nofile = loaded;
  if (!may_raise) instance.unit->capability_bounding_set &= ~(1ULL << kCapSysResource);
  instance.unit_limit = UnitLimit{.id = "haproxy.service",
                                  .reloaded = given(reloaded, reloaded == at_boot ? kSite : kRun),
                                  .at_boot = given(at_boot, kSite),
                                  .pam_name = ""};
  return world;
}

TEST(UnitLimitSurvivesBoot, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(UnitLimitSurvivesBoot, ADropInInRunIsGoneByThen) {
  const auto outcome = judged(world_of(10'000, 10'000, kNeed - 1));
  EXPECT_EQ(verdict(outcome), "error");
  const auto detail = detail_of(outcome);
  EXPECT_THAT(detail.why, HasSubstr(std::string(kRun) + ":2 is gone by then"));
  EXPECT_THAT(detail.evidence, Contains("set by " + std::string(kSite) + ":2 (LimitNOFILE=1024:4036)"));
  EXPECT_EQ(*detail.where.origin.file, kSite);
}

TEST(UnitLimitSurvivesBoot, TheBoundary) {
  EXPECT_EQ(verdict(judged(world_of(10'000, 10'000, kNeed))), "pass");
  EXPECT_EQ(verdict(judged(world_of(kNeed, kNeed, kNeed - 1))), "error");
}

TEST(UnitLimitSurvivesBoot, AnEditThatWasNeverLoaded) {
  const auto outcome = judged(world_of(10'000, 1000, 1000));
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("its files have changed since systemd read them"));
}

TEST(UnitLimitSurvivesBoot, ALimitGivenToTheProcessAlone) {
  auto world = world_of(1000, 1000, 1000);
  world.running({1024, 50'000});
  for (auto& member : world.instance().processes) member.process.capabilities = Capabilities{};
  world.instance().unit->capability_bounding_set = 0;
  const auto outcome = judged(world);
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("the running process has more than its unit gives it"));
}

TEST(UnitLimitSurvivesBoot, WhoRaisesItsLimitItselfIsToldAtMost) {
  EXPECT_EQ(verdict(judged(world_of(10'000, 10'000, 1000, true))), "info");
}

TEST(UnitLimitSurvivesBoot, WhatIsTooLowAlreadyIsAnotherFinding) {
  EXPECT_EQ(verdict(judged(world_of(1000, 1000, 1000))), "pass");
}

TEST(UnitLimitSurvivesBoot, AnAutomaticDemandIsTold) {
  auto world = world_of(10'000, 10'000, 20);
  world.config("global\ndefaults\n  mode http\nfrontend web\n  bind *:80\n");
  EXPECT_EQ(verdict(judged(world)), "info");
}

TEST(UnitLimitSurvivesBoot, AUnitThatIsGoneByThen) {
  auto world = world_of(10'000, 10'000, 10'000);
  world.instance().unit_limit->at_boot = fail(std::errc::no_such_file_or_directory, "haproxy.service", "no such unit");
  EXPECT_EQ(verdict(judged(world)), "warning");
}

TEST(UnitLimitSurvivesBoot, DoesNotApplyWithoutAUnitOrASystemd) {
  auto world = world_of(10'000, 10'000, 10);
  world.instance().unit_source = haproxy::UnitSource::files;
  EXPECT_EQ(verdict(judged(world)), "not applicable");
  auto none = world_of(10'000, 10'000, 10);
  none.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_EQ(verdict(judged(none)), "not applicable");
}

TEST(UnitLimitSurvivesBoot, WhatCannotBeReadIsUnknown) {
  auto world = world_of(10'000, 10'000, 10);
  world.instance().unit_limit = fail(std::errc::permission_denied, kSite, "no");
  EXPECT_EQ(verdict(judged(world)), "unknown");
  EXPECT_EQ(verdict(judged(World().no_config())), "unknown");
}

}  // namespace
}  // namespace preflight::test
