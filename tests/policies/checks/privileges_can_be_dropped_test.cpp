// SPDX-License-Identifier: Apache-2.0
// `user` and `group` against the capabilities and the numbers of whoever starts haproxy.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check privileges_can_be_dropped;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::privileges_can_be_dropped;
constexpr std::uint64_t kSetuid = 1ULL << kCapSetuid;
constexpr std::uint64_t kSetgid = 1ULL << kCapSetgid;

World with_global(const std::string& global) {
  World world;
  world.config("global\n" + global + "listen l\n  mode http\n  bind *:80\n");
  return world;
}

/// The unit has User=haproxy, which is 106 and of group 113.
World as_haproxy(World world) {
  world.instance().unit->user = "haproxy";
  world.files().starter = Account{106, 113, {200}};
  world.files().users = {{"haproxy", 106U}, {"nobody", 65534U}};
  world.files().groups = {{"haproxy", 113U}, {"nogroup", 65534U}, {"ssl", 200U}};
  return world;
}

World bounded(World world, std::uint64_t without) {
  world.instance().unit->capability_bounding_set = ~without;
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(PrivilegesCanBeDropped, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "pass");
  EXPECT_EQ(judged(World().running()), "pass");
  EXPECT_EQ(judged(with_global("  user haproxy\n  group haproxy\n")), "pass");
}

TEST(PrivilegesCanBeDropped, RootNeedsTheCapabilityOfEach) {
  const auto outcome =
      outcome_about(bounded(with_global("  user haproxy\n"), kSetuid).judge(kCheck), "instance:haproxy.service");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(detail_of(outcome).observed->text, "started as root without CAP_SETUID");
  EXPECT_EQ(detail_of(outcome).where.origin.line, 2U);
  EXPECT_EQ(judged(bounded(with_global("  user haproxy\n"), kSetgid)), "pass") << "`user` alone leaves the group";
  EXPECT_EQ(judged(bounded(with_global("  group haproxy\n"), kSetgid)), "error");
  EXPECT_EQ(judged(bounded(with_global("  group haproxy\n"), kSetuid)), "pass");
  EXPECT_EQ(judged(bounded(with_global("  uid 106\n"), kSetuid)), "error");
  EXPECT_EQ(judged(bounded(with_global("  gid 113\n"), kSetgid)), "error");
}

TEST(PrivilegesCanBeDropped, RootIsNoChange) {
  for (const auto* global : {"  user root\n  group root\n", "  uid 0\n  gid 0\n"}) {
    EXPECT_EQ(judged(bounded(with_global(global), kSetuid | kSetgid)), "not applicable") << global;
    EXPECT_EQ(judged(as_haproxy(with_global(global))), "not applicable") << global;
  }
}

TEST(PrivilegesCanBeDropped, AnOrdinaryUserMayOnlyStayWhoItIs) {
  for (const auto* global : {"  user haproxy\n  group haproxy\n", "  uid 106\n  gid 113\n", "  group haproxy\n"}) {
    EXPECT_EQ(judged(as_haproxy(with_global(global))), "pass") << global;
  }
  for (const auto* global : {"  user nobody\n", "  group nogroup\n", "  uid 107\n", "  gid 112\n", "  group ssl\n"}) {
    EXPECT_EQ(judged(as_haproxy(with_global(global))), "error") << global;
  }
}

TEST(PrivilegesCanBeDropped, AmbientCapabilitiesHelp) {
  World world = as_haproxy(with_global("  user nobody\n  group nogroup\n"));
  world.instance().unit->ambient_capabilities = kSetuid;
  EXPECT_EQ(judged(world), "error") << "the group";
  world.instance().unit->ambient_capabilities = kSetuid | kSetgid;
  EXPECT_EQ(judged(world), "pass");
}

TEST(PrivilegesCanBeDropped, StartedByHand) {
  World world = with_global("  user nobody\n");
  world.running();
  world.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_EQ(judged(world), "pass") << "root";
  world.instance().processes.front().process.capabilities = fail(std::errc::permission_denied, "status", "refused");
  EXPECT_EQ(judged(world), "unknown");
}

TEST(PrivilegesCanBeDropped, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(World().no_config()), "unknown");
  World world = with_global("  user haproxy\n");
  world.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(judged(world), "unknown");
  World strange = as_haproxy(with_global("  user known-elsewhere\n"));
  strange.files().users["known-elsewhere"] = fail(std::errc::no_such_file_or_directory, "/etc/passwd", "does not know");
  EXPECT_EQ(judged(strange), "unknown");
  World hidden = as_haproxy(with_global("  user haproxy\n"));
  hidden.instance().files = fail(std::errc::permission_denied, "/proc/100/root", "Permission denied");
  EXPECT_EQ(judged(hidden), "unknown");
}

TEST(PrivilegesCanBeDropped, NotApplicable) { EXPECT_EQ(judged(with_global("  maxconn 100\n")), "not applicable"); }

}  // namespace
}  // namespace preflight::test
