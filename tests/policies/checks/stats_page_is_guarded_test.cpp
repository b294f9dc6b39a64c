// SPDX-License-Identifier: Apache-2.0
// The statistics page before strangers: its passwords, the rules in front of it, the listeners that lead to it.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check stats_page_is_guarded;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::stats_page_is_guarded;

std::string judged(std::string_view config) { return worst(World().config(config).judge(kCheck)); }

/// A `listen` in http mode with these lines.
std::string judged_lines(const std::string& lines) { return judged("listen l\n  mode http\n  bind *:80\n" + lines); }

TEST(StatsPageIsGuarded, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "not applicable");
}

TEST(StatsPageIsGuarded, AnyLineTurnsItOn) {
  EXPECT_EQ(judged_lines("  stats enable\n"), "warning");
  EXPECT_EQ(judged_lines("  stats uri /stats\n"), "warning");
  EXPECT_EQ(judged_lines("  stats refresh 10s\n"), "warning");
  EXPECT_EQ(judged_lines("  stats hide-version\n"), "warning");
  World newer;
  newer.instance().binary->version = {3, 4, 0};
  newer.config("listen l\n  mode http\n  bind *:80\n  stats hide-version\n");
  EXPECT_EQ(worst(newer.judge(kCheck)), "not applicable");
}

TEST(StatsPageIsGuarded, APasswordGuardsIt) {
  EXPECT_EQ(judged_lines("  stats enable\n  stats auth a:b\n"), "pass");
  EXPECT_EQ(judged_lines("  stats enable\n  stats http-request auth unless { http_auth(users) }\n"), "pass");
  EXPECT_EQ(judged_lines("  stats enable\n  stats http-request allow if TRUE\n"), "warning");
}

TEST(StatsPageIsGuarded, AdminWithoutAPasswordIsAnError) {
  EXPECT_EQ(judged_lines("  stats enable\n  stats admin if TRUE\n"), "error");
  EXPECT_EQ(judged_lines("  stats enable\n  stats admin if TRUE\n  stats auth a:b\n"), "pass");
  EXPECT_EQ(judged("listen l\n  mode http\n  bind 127.0.0.1:80\n  stats enable\n  stats admin if TRUE\n"), "pass");
}

TEST(StatsPageIsGuarded, OnlyBeyondLoopback) {
  const auto bound = [](const std::string& bind) {
    return judged("listen l\n  mode http\n  bind " + bind + "\n  stats enable\n");
  };
  EXPECT_EQ(bound("127.0.0.1:8404"), "pass");
  EXPECT_EQ(bound("[::1]:8404"), "pass");
  EXPECT_EQ(bound("/run/stats.sock"), "pass");
  EXPECT_EQ(bound("127.0.0.1:8404,192.0.2.1:8404"), "warning");
  EXPECT_EQ(bound("*:8404 interface lo"), "pass");
  EXPECT_EQ(bound("*:8404 ssl crt /c.pem ca-file /ca.pem verify required"), "pass");
  EXPECT_EQ(bound("*:8404 ssl crt /c.pem verify optional ca-file /ca.pem"), "warning");
}

struct Rule {
  std::string lines;
  std::string verdict;
  friend std::ostream& operator<<(std::ostream& out, const Rule& rule) { return out << rule.lines; }
};

class StatsPageRule : public testing::TestWithParam<Rule> {};

TEST_P(StatsPageRule, IsJudged) { EXPECT_EQ(judged_lines(GetParam().lines + "  stats enable\n"), GetParam().verdict); }

INSTANTIATE_TEST_SUITE_P(
    Rules, StatsPageRule,
    testing::Values(Rule{"  http-request deny unless { src 10.0.0.0/8 }\n", "pass"},
                    Rule{"  http-request deny if !{ src 10.0.0.0/8 }\n", "pass"},
                    Rule{"  acl inside src 10.0.0.0/8\n  http-request deny if { path_beg /stats } !inside\n", "pass"},
                    Rule{"  acl inside src 10.0.0.0/8\n  http-request deny if ! inside\n", "pass"},
                    Rule{"  acl inside src 10.0.0.0/8\n  http-request allow if inside\n  http-request deny\n", "pass"},
                    Rule{"  acl inside src 10.0.0.0/8\n  tcp-request connection reject if !inside\n", "pass"},
                    Rule{"  http-request auth unless { http_auth(users) }\n", "pass"},
                    Rule{"  http-request deny unless { ssl_c_used }\n", "pass"},
                    Rule{"  acl bad src -f /etc/haproxy/bad.lst\n  http-request deny if bad\n", "warning"},
                    Rule{"  http-request deny if { src 192.0.2.0/24 }\n", "warning"},
                    Rule{"  http-request deny if { path_beg /admin }\n", "warning"},
                    Rule{"  http-request deny if !{ path_beg /public }\n", "warning"},
                    Rule{"  http-request set-header X-A b unless { src 10.0.0.0/8 }\n", "warning"}));

TEST(StatsPageIsGuarded, DefaultsPutItOnEveryListener) {
  const std::string defaults = "defaults\n  mode http\n  stats enable\n";
  const auto outcomes = World()
                            .config(defaults +
                                    "frontend a\n  bind 127.0.0.1:80\nfrontend b\n  bind *:81\n"
                                    "frontend c\n  bind *:82\n")
                            .judge(kCheck);
  ASSERT_EQ(outcomes.size(), 1U) << "one page, one finding";
  EXPECT_EQ(outcomes.front().subject.text, "proxy:b");
  EXPECT_EQ(verdict(outcomes.front().outcome), "warning");
  EXPECT_EQ(judged(defaults + "  stats auth a:b\nfrontend b\n  bind *:81\n"), "pass");
}

TEST(StatsPageIsGuarded, AStatsLineOfItsOwnDropsThePasswordsOfTheDefaults) {
  const std::string defaults = "defaults\n  mode http\n  stats enable\n  stats auth a:b\n";
  EXPECT_EQ(judged(defaults + "frontend b\n  bind *:81\n  stats refresh 5s\n"), "warning");
  EXPECT_EQ(judged(defaults + "frontend b\n  bind *:81\n  stats hide-version\n"), "warning");
}

TEST(StatsPageIsGuarded, ABackendIsReachedThroughItsFrontends) {
  const std::string backend = "backend s\n  mode http\n  stats enable\n";
  EXPECT_EQ(judged(backend), "pass") << "nobody leads there";
  EXPECT_EQ(judged("frontend f\n  mode http\n  bind *:80\n  default_backend s\n" + backend), "warning");
  EXPECT_EQ(judged("frontend f\n  mode http\n  bind *:80\n  use_backend s if { path /s }\n" + backend), "warning");
  EXPECT_EQ(judged("frontend f\n  mode http\n  bind *:80\n  use_backend s if { src 10.0.0.0/8 }\n" + backend), "pass");
  EXPECT_EQ(judged("frontend f\n  mode http\n  bind *:80\n  use_backend %[path]\n" + backend), "warning");
  EXPECT_EQ(judged("frontend f\n  mode http\n  bind 127.0.0.1:80\n  default_backend s\n" + backend), "pass");
  EXPECT_EQ(judged("frontend f\n  mode http\n  bind *:80\n  http-request deny unless { src 10.0.0.0/8 }\n"
                   "  default_backend s\n" +
                   backend),
            "pass");
}

TEST(StatsPageIsGuarded, NotApplicable) {
  EXPECT_EQ(judged("listen l\n  mode tcp\n  bind *:80\n  stats enable\n"), "not applicable") << "haproxy ignores it";
  EXPECT_EQ(judged("listen l\n  mode http\n  bind *:80\n  stats enable\n  disabled\n"), "not applicable");
}

TEST(StatsPageIsGuarded, WhatCannotBeReadIsUnknown) { EXPECT_EQ(worst(World().no_config().judge(kCheck)), "unknown"); }

}  // namespace
}  // namespace preflight::test
