// SPDX-License-Identifier: Apache-2.0
// Denials of this boot, tied to what they hit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check selinux_has_not_denied;
}

namespace preflight::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

const Check& kCheck = checks::selinux_has_not_denied;
constexpr std::int64_t kBooted = 1'700'000'000;  // as World has it

SelinuxDenial denial(const std::string& permission, std::uint16_t port, std::int64_t time = kBooted + 100) {
  return {.time = time,
          .permissions = {permission},
          .target_class = "tcp_socket",
          .source = "system_u:system_r:haproxy_t:s0",
          .target = "system_u:object_r:unreserved_port_t:s0",
          .port = port};
}

World with(const std::vector<SelinuxDenial>& denials) {
  World world;
  world.enforcing().config("listen l\n  mode http\n  bind *:8404\n  server a 10.0.1.1:8081\n");
  (*world.selinux().log)->denials = denials;
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(SelinuxHasNotDenied, IsSilentOnAHealthyHost) { EXPECT_EQ(judged(World().enforcing()), "pass"); }

TEST(SelinuxHasNotDenied, ADenialIsTiedToWhatItHit) {
  const auto world = with({denial("name_bind", 8404), denial("name_connect", 8081), denial("name_connect", 8081)});
  const auto bind = outcome_about(world.judge(kCheck), "bind:tcp/*:8404");
  EXPECT_EQ(verdict(bind), "warning");
  EXPECT_EQ(detail_of(bind).why, "SELinux denied haproxy_t name_bind on tcp_socket (port 8404, unreserved_port_t)");
  EXPECT_EQ(detail_of(bind).consequence_of->check, "selinux_allows_binds");
  EXPECT_EQ(detail_of(bind).where.origin.line, 3U);
  const auto server = outcome_about(world.judge(kCheck), "tuple:*>10.0.1.1:8081");
  EXPECT_EQ(detail_of(server).observed->text, "2 denials");
  EXPECT_EQ(detail_of(server).consequence_of->check, "selinux_allows_backends");
}

TEST(SelinuxHasNotDenied, AnythingElseIsTheHosts) {
  auto file = denial("write", 0);
  file.target_class = "sock_file";
  file.name = "/srv/stats.sock";
  const auto outcome = outcome_about(with({file}).judge(kCheck), "host");
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("write on sock_file (/srv/stats.sock, unreserved_port_t)"));
  EXPECT_EQ(detail_of(outcome).where.object, "/var/log/audit/audit.log");
}

TEST(SelinuxHasNotDenied, WhatWasBeforeThePolicyChangedIsHistory) {
  World world = with({denial("name_bind", 8404)});
  (*world.selinux().log)->policy_changed = kBooted + 101;
  EXPECT_EQ(judged(world), "info");
  (*world.selinux().log)->policy_changed = kBooted + 100;
  EXPECT_EQ(judged(world), "warning") << "in the same second";
}

TEST(SelinuxHasNotDenied, AnotherBootsDenialsAreNotTold) {
  EXPECT_EQ(judged(with({denial("name_bind", 8404, kBooted - 1)})), "pass");
  EXPECT_EQ(judged(with({denial("name_bind", 8404, kBooted)})), "warning");
}

TEST(SelinuxHasNotDenied, WhatWasLetPassIsWorthKnowing) {
  auto logged = denial("name_bind", 8404);
  logged.permissive = true;
  EXPECT_EQ(judged(with({logged})), "info");
}

TEST(SelinuxHasNotDenied, WhatCannotBeReadIsUnknown) {
  World world;
  world.enforcing().selinux().log = fail(std::errc::permission_denied, "/var/log/audit/audit.log", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
  World unread;
  unread.enforcing().selinux().log.reset();
  EXPECT_EQ(judged(unread), "unknown");
}

TEST(SelinuxHasNotDenied, NotApplicable) {
  EXPECT_EQ(judged(World()), "not applicable");
  World none;
  none.enforcing().selinux().log = fail(std::errc::no_such_file_or_directory, "/dev/kmsg", "No such file");
  EXPECT_EQ(judged(none), "not applicable");
}

}  // namespace
}  // namespace preflight::test
