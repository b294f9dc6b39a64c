// SPDX-License-Identifier: Apache-2.0
// tcp_max_syn_backlog counts only where SYN cookies are off.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check syn_backlog_covers_backlog;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::syn_backlog_covers_backlog;

constexpr const char* kKey = "net.ipv4.tcp_max_syn_backlog";

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "instance:haproxy.service"); }

World without_cookies() {
  World world;
  world.sysctl("net.ipv4.tcp_syncookies", "0");
  return world;
}

TEST(SynBacklogCoversBacklog, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(World().sysctl(kKey, "1").judge(kCheck)), "not applicable");
}

TEST(SynBacklogCoversBacklog, CountsWithoutCookies) {
  EXPECT_EQ(verdict(judged(without_cookies())), "pass");
  EXPECT_EQ(verdict(judged(without_cookies().sysctl(kKey, "2000"))), "pass");
  EXPECT_EQ(verdict(judged(without_cookies().sysctl(kKey, "1999"))), "warning");
}

TEST(SynBacklogCoversBacklog, AnAutomaticBacklogIsOnlyWorthKnowing) {
  auto world = without_cookies();
  world.config("global\ndefaults\n  mode http\nfrontend web\n  bind *:80\n");
  EXPECT_EQ(verdict(judged(world)), "info");
}

TEST(SynBacklogCoversBacklog, DoesNotApplyWithoutAListener) {
  auto world = without_cookies();
  world.config("global\ndefaults\n  mode http\nfrontend web\n  bind /run/web.sock\n");
  EXPECT_EQ(verdict(judged(world)), "not applicable");
}

TEST(SynBacklogCoversBacklog, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(verdict(judged(World().no_sysctl("net.ipv4.tcp_syncookies"))), "unknown");
  EXPECT_EQ(verdict(judged(without_cookies().no_sysctl(kKey))), "unknown");
  EXPECT_EQ(verdict(judged(without_cookies().no_config())), "unknown");
  auto automatic = without_cookies();
  automatic.config("global\ndefaults\n  mode http\nfrontend web\n  bind *:80\n");
  automatic.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(verdict(judged(automatic)), "unknown");
}

}  // namespace
}  // namespace preflight::test
