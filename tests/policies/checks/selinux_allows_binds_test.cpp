// SPDX-License-Identifier: Apache-2.0
// Binds under SELinux: types of ports, the local port range, the capability, addresses, and the cures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check selinux_allows_binds;
}

namespace preflight::test {
namespace {

using selinux::Access;
using testing::ElementsAre;
using testing::HasSubstr;

const Check& kCheck = checks::selinux_allows_binds;

World with_bind(const std::string& bind) {
  World world;
  world.enforcing().config("listen l\n  mode http\n  bind " + bind + "\n");
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

Detail detail_of_first(const World& world) { return detail_of(world.judge(kCheck).front().outcome); }

TEST(SelinuxAllowsBinds, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World().enforcing()), "pass");
  EXPECT_EQ(judged(with_bind("*:8080")), "pass");
}

TEST(SelinuxAllowsBinds, AnUnlabelledPortIsDeniedAndBothCuresAreTold) {
  const auto world = with_bind("*:8404");
  const auto outcome = outcome_about(world.judge(kCheck), "bind:tcp/*:8404");
  ASSERT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  const auto detail = detail_of(outcome);
  EXPECT_EQ(detail.why, "SELinux does not let haproxy_t bind tcp port 8404, which is unreserved_port_t");
  EXPECT_EQ(detail.observed->text, "unreserved_port_t");
  EXPECT_EQ(detail.expected->measure.text, "http_port_t") << "of what haproxy_t may bind, fewest others may";
  EXPECT_EQ(detail.where.origin.line, 3U);
  EXPECT_THAT(
      detail.evidence,
      ElementsAre(HasSubstr("Permission denied"),
                  "least privilege: semanage port -a -t http_port_t -p tcp 8404; proved: haproxy_t may then bind "
                  "it, as 5 other domains may",
                  "or, for more than this port: setsebool -P haproxy_connect_any on; it also grants haproxy_t 6 "
                  "more permissions on ports and 14 others"));
}

TEST(SelinuxAllowsBinds, APortThatAnotherTypeOwnsIsTold) {
  const auto detail = detail_of_first(with_bind("*:6379"));
  EXPECT_THAT(detail.evidence, testing::Contains(HasSubstr("semanage port -m -t http_port_t -p tcp 6379")));
  EXPECT_THAT(detail.evidence,
              testing::Contains("the port is redis_port_t's: 5 domains may bind it by that type, and no "
                                "longer by the new one"));
}

TEST(SelinuxAllowsBinds, NameBindIsNotCheckedInsideTheLocalPortRange) {
  EXPECT_EQ(judged(with_bind("*:40000")), "pass");
  EXPECT_EQ(judged(with_bind("*:32768")), "pass");
  EXPECT_EQ(judged(with_bind("*:32767")), "error");
  EXPECT_EQ(judged(with_bind("*:60999")), "pass");
  EXPECT_EQ(judged(with_bind("*:61000")), "error");
  EXPECT_EQ(judged(with_bind("*:8888").sysctl("net.ipv4.ip_local_port_range", "1024\t65535")), "pass");
  EXPECT_EQ(judged(with_bind("*:8888").sysctl("net.ipv4.ip_local_port_range", "9000\t60999")), "error");
}

TEST(SelinuxAllowsBinds, APrivilegedPortIsCheckedWhateverTheRange) {
  World world = with_bind("*:900");
  world.sysctl("net.ipv4.ip_local_port_range", "700\t60999");
  EXPECT_EQ(judged(world), "error");
  world.sysctl("net.ipv4.ip_unprivileged_port_start", "900");
  EXPECT_EQ(judged(world), "pass");
}

TEST(SelinuxAllowsBinds, APrivilegedPortTakesTheCapability) {
  World world = with_bind("*:443");
  world.rules().allowed.erase(Access::net_bind_service);
  EXPECT_EQ(judged(world), "error");
  EXPECT_THAT(detail_of_first(world).why, HasSubstr("net_bind_service"));
  world.config("listen l\n  mode http\n  bind *:8080\n");
  EXPECT_EQ(judged(world), "pass");
}

TEST(SelinuxAllowsBinds, TheAddressIsAskedForToo) {
  World world = with_bind("10.0.0.1:80");
  world.selinux().loaded->nodes = {{*parse_ip("10.0.0.0"), *parse_ip("255.0.0.0"), "inner_node_t"}};
  EXPECT_EQ(judged(world), "error");
  EXPECT_THAT(detail_of_first(world).why, HasSubstr("inner_node_t"));
  world.config("listen l\n  mode http\n  bind 11.0.0.1:80\n");
  EXPECT_EQ(judged(world), "pass");
}

TEST(SelinuxAllowsBinds, QuicIsAskedForOfUdp) {
  World world;
  world.instance().binary->features.insert("QUIC");
  world.enforcing().config("listen l\n  mode http\n  bind quic4@:443\n");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:udp/*:443")), "error");
  EXPECT_THAT(detail_of_first(world).evidence, testing::Contains(HasSubstr("it takes a policy module")));
  world.rules().allowed[Access::udp_bind] = {"http_port_t"};
  EXPECT_EQ(judged(world), "pass");
}

TEST(SelinuxAllowsBinds, ARangeIsAsGoodAsItsWorstPort) {
  const auto detail = detail_of_first(with_bind("*:10009-10012"));
  EXPECT_THAT(detail.why, HasSubstr("port 10011"));
  EXPECT_THAT(detail.evidence, testing::Contains("the first of 2 such ports"));
  EXPECT_EQ(judged(with_bind("*:10001-10010")), "pass");
  EXPECT_EQ(judged(with_bind("*:1-65535")), "error");
}

TEST(SelinuxAllowsBinds, ALabelServesEveryWantOfThePort) {
  World world = with_bind("*:8404\n  server self 127.0.0.1:8404");
  world.rules().allowed[Access::tcp_connect].erase("http_port_t");
  EXPECT_EQ(detail_of_first(world).expected->measure.text, "http_cache_port_t") << "may be connected to as well";
}

TEST(SelinuxAllowsBinds, ABooleanThatIsOnAllowsIt) {
  World world = with_bind("*:8404");
  *world.selinux().loaded = selinux::supposed(*world.selinux().loaded, {.booleans = {{"haproxy_connect_any", true}}});
  EXPECT_TRUE(world.rules().booleans.front().value);
  EXPECT_EQ(judged(world), "pass");
}

TEST(SelinuxAllowsBinds, WhatIsLetPassIsWorthKnowing) {
  World world = with_bind("*:8404");
  world.rules().permissive = true;
  EXPECT_EQ(judged(world), "info");
  world.rules().permissive = false;
  world.selinux().mode = SelinuxMode::permissive;
  EXPECT_EQ(judged(world), "warning") << "until the next boot, which enforces";
  world.selinux().config->mode = SelinuxMode::permissive;
  EXPECT_EQ(judged(world), "info");
  EXPECT_FALSE(std::get<Fail>(world.judge(kCheck).front().outcome).prevents_start);
}

TEST(SelinuxAllowsBinds, WhatCannotBeReadIsUnknown) {
  World world = with_bind("*:8404");
  world.selinux().loaded = fail(std::errc::not_supported, "/sys/fs/selinux/policy", "has version 35");
  EXPECT_EQ(judged(world), "unknown");
  EXPECT_EQ(judged(with_bind("*:8404").no_sysctl("net.ipv4.ip_local_port_range")), "unknown");
  EXPECT_EQ(judged(with_bind("*:8080").no_sysctl("net.ipv4.ip_local_port_range")), "pass") << "allowed by a rule";
  World hidden = with_bind("*:80");
  hidden.selinux().mode = fail(std::errc::permission_denied, "/sys/fs/selinux/enforce", "Permission denied");
  EXPECT_EQ(judged(hidden), "unknown");
  World nobody = with_bind("*:80");
  nobody.selinux().identities.clear();
  EXPECT_EQ(judged(nobody), "unknown");
  World unread;
  EXPECT_EQ(judged(unread.enforcing().no_config()), "unknown");
}

TEST(SelinuxAllowsBinds, NotApplicable) {
  EXPECT_EQ(judged(World()), "not applicable");
  EXPECT_EQ(judged(with_bind("/run/l.sock")), "not applicable");
  EXPECT_EQ(judged(with_bind("*:8404 namespace blue")), "not applicable");
}

}  // namespace
}  // namespace preflight::test
