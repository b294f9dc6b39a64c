// SPDX-License-Identifier: Apache-2.0
// Servers, checks and peers under SELinux.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/selinux.h"
#include "tests/support/world.h"

namespace preflight::checks {
extern const Check selinux_allows_backends;
}

namespace preflight::test {
namespace {

using selinux::Access;
using testing::Contains;
using testing::HasSubstr;

const Check& kCheck = checks::selinux_allows_backends;

World with_server(const std::string& server) {
  World world;
  world.enforcing().config("listen l\n  mode http\n  bind *:80\n  server a " + server + "\n");
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(SelinuxAllowsBackends, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World().enforcing()), "pass");
  EXPECT_EQ(judged(with_server("10.0.1.1:5001")), "pass");
}

TEST(SelinuxAllowsBackends, AnOddPortIsDenied) {
  const auto world = with_server("10.0.1.1:8081");
  const auto outcome = outcome_about(world.judge(kCheck), "tuple:*>10.0.1.1:8081");
  ASSERT_EQ(verdict(outcome), "error");
  EXPECT_FALSE(std::get<Fail>(outcome).prevents_start);
  const auto detail = detail_of(outcome);
  EXPECT_EQ(detail.why, "SELinux does not let haproxy_t connect to tcp port 8081, which is unreserved_port_t");
  EXPECT_EQ(detail.expected->measure.text, "commplex_link_port_t") << "fewest others may connect to it";
  EXPECT_EQ(detail.where.origin.line, 4U);
  EXPECT_THAT(detail.evidence, Contains(HasSubstr("L4CON")));
}

TEST(SelinuxAllowsBackends, TheLocalPortRangeExemptsNoConnect) {
  EXPECT_EQ(judged(with_server("10.0.1.1:40001")), "error");
  World world = with_server("10.0.1.1:40001");
  EXPECT_EQ(judged(world.sysctl("net.ipv4.ip_local_port_range", "1024\t65535")), "error");
  EXPECT_EQ(judged(world.no_sysctl("net.ipv4.ip_local_port_range")), "error") << "it does not matter";
}

TEST(SelinuxAllowsBackends, AnotherPortOfTheCheckIsAskedForToo) {
  const auto world = with_server("10.0.1.1:8080 check port 8081");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "tuple:*>10.0.1.1:8080")), "pass");
  const auto detail = detail_of(outcome_about(world.judge(kCheck), "tuple:*>10.0.1.1:8081"));
  EXPECT_THAT(detail.evidence, Contains("wanted as health_check of server l/a"));
}

TEST(SelinuxAllowsBackends, UdpIsNotAskedFor) {
  World world;
  world.enforcing().config("global\n  log 10.0.0.9:514 local0\nlisten l\n  bind *:80\n");
  EXPECT_EQ(judged(world), "not applicable");
}

TEST(SelinuxAllowsBackends, EachDenialIsListedOnceForARemedy) {
  World world;
  world.enforcing().config(
      "listen l\n  mode http\n  bind *:8404\n  bind 10.0.0.1:8404\n  server a 10.0.1.1:8081\n  server b "
      "10.0.1.2:8081\n");
  const auto demand = world.demand();
  const auto denied = denied_ports({world.facts, demand, Settings()});
  ASSERT_EQ(denied.size(), 2U);
  EXPECT_EQ(denied[0].proof.want.access, Access::tcp_bind);
  EXPECT_EQ(denied[0].proof.label->type, "http_port_t");
  EXPECT_EQ(denied[1].proof.want.port, 8081);
  ASSERT_EQ(denied[1].proof.booleans.size(), 1U);
  EXPECT_EQ(denied[1].proof.booleans[0].name, "haproxy_connect_any");
  EXPECT_TRUE(denied[1].proof.booleans[0].value);
}

TEST(SelinuxAllowsBackends, ALabelIsProvedByTheAnswerThatItChanges) {
  World world = with_server("10.0.1.1:8081");
  *world.selinux().loaded =
      selinux::supposed(*world.selinux().loaded, {.ports = {{Protocol::tcp, 8081, 8081, "commplex_link_port_t"}}});
  EXPECT_EQ(judged(world), "pass");
}

TEST(SelinuxAllowsBackends, WhatCannotBeReadIsUnknown) {
  World world = with_server("10.0.1.1:8081");
  world.selinux().loaded = fail(std::errc::permission_denied, "/sys/fs/selinux/policy", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
  World unread;
  EXPECT_EQ(judged(unread.enforcing().no_config()), "unknown");
}

TEST(SelinuxAllowsBackends, NotApplicable) {
  EXPECT_EQ(judged(World()), "not applicable");
  World world;
  EXPECT_EQ(judged(world.enforcing().config("listen l\n  bind *:80\n")), "not applicable");
}

}  // namespace
}  // namespace preflight::test
