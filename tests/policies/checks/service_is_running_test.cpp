// SPDX-License-Identifier: Apache-2.0
// A service runs now and after the next boot, or there is a reason why not.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check service_is_running;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::service_is_running;

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "unit:haproxy.service"); }

World service(const std::string& active, const std::string& enabled, const std::string& result = "success") {
  World world;
  world.instance().unit->active_state = active;
  world.instance().unit->unit_file_state = enabled;
  world.instance().unit->result = result;
  return world;
}

TEST(ServiceIsRunning, IsSilentWhereItRuns) { EXPECT_EQ(worst(World().running().judge(kCheck)), "pass"); }

TEST(ServiceIsRunning, EveryStateOfAService) {
  struct Row {
    const char *active, *enabled, *result, *expected;
  };
  for (const Row& row :
       {Row{"active", "enabled", "success", "pass"}, Row{"active", "static", "success", "pass"},
        Row{"reloading", "enabled", "success", "pass"}, Row{"activating", "enabled", "success", "pass"},
        Row{"activating", "enabled", "exit-code", "error"}, Row{"active", "disabled", "success", "warning"},
        Row{"failed", "enabled", "exit-code", "error"}, Row{"failed", "disabled", "exit-code", "error"},
        Row{"inactive", "enabled", "success", "error"}, Row{"inactive", "disabled", "success", "warning"},
        Row{"inactive", "masked", "success", "warning"}}) {
    EXPECT_EQ(verdict(judged(service(row.active, row.enabled, row.result))), row.expected)
        << row.active << ' ' << row.enabled << ' ' << row.result;
  }
}

TEST(ServiceIsRunning, ANewHostMayBeStoppedWhileItsConfigurationIsTried) {
  auto world = service("inactive", "enabled");
  world.instance().source = haproxy::ConfigSource::named;
  EXPECT_EQ(verdict(judged(world)), "info");
  world.instance().unit->active_state = "failed";
  EXPECT_EQ(verdict(judged(world)), "error");
}

TEST(ServiceIsRunning, ANewHostHasNotBeenStartedSinceItsBoot) {
  auto world = service("inactive", "enabled");
  world.instance().unit->start_attempted = false;
  EXPECT_EQ(verdict(judged(world)), "info");
  world.instance().unit->start_attempted = true;
  EXPECT_EQ(verdict(judged(world)), "error") << "it was, and is dead";
}

TEST(ServiceIsRunning, WithoutAUnitTheProcessesCount) {
  World world;
  world.running();
  world.instance().unit = fail(std::errc::no_such_file_or_directory, "haproxy.service", "no such unit file");
  world.facts.host.systemd = false;
  EXPECT_EQ(verdict(judged(world)), "pass");
  world.instance().processes.clear();
  EXPECT_EQ(verdict(judged(world)), "info");
  world.facts.blind_spots.push_back({std::errc::permission_denied, "/proc", "hidden"});
  EXPECT_EQ(verdict(judged(world)), "unknown");
}

TEST(ServiceIsRunning, ASystemdThatKnowsNoUnitWillNotStartIt) {
  World world;
  world.instance().unit->load_state = "not-found";
  EXPECT_EQ(verdict(judged(world)), "warning");
}

TEST(ServiceIsRunning, WhatSystemdDoesNotTellIsUnknown) {
  World world;
  world.running();
  world.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(verdict(judged(world)), "unknown");
  world.instance().processes.clear();
  EXPECT_EQ(verdict(judged(world)), "unknown");
}

TEST(ServiceIsRunning, DoesNotApplyWhereHaproxyIsNotInstalledOrNothingRuns) {
  World world;
  world.instance().unit = fail(std::errc::no_such_file_or_directory, "haproxy.service", "no such unit file");
  world.instance().binary = fail(std::errc::no_such_file_or_directory, "haproxy", "not installed");
  EXPECT_EQ(verdict(judged(world)), "not applicable");
  World tree;
  tree.facts.host.kind = HostKind::tree;
  const auto outcome = judged(tree);
  ASSERT_EQ(verdict(outcome), "unknown");
  EXPECT_TRUE(is_offline_tree(std::get<Unknown>(outcome).error)) << "which the assessment shows as not applicable";
}

}  // namespace
}  // namespace preflight::test
