// SPDX-License-Identifier: Apache-2.0
// Variables without a value, where they are nothing and where they are everything.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check variables_are_set;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::variables_are_set;

World with(const std::string& rest) {
  World world;
  world.config("global\n  maxconn 100\ndefaults\n  mode http\n" + rest);
  return world;
}

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "config:/etc/haproxy/haproxy.cfg"); }

constexpr const char* kWildcard = "listen l\n  bind ${ADDRESS}:80\n";

TEST(VariablesAreSet, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(VariablesAreSet, AnAddressToListenOnIsAnError) {
  EXPECT_EQ(verdict(judged(with(kWildcard))), "error");
  EXPECT_EQ(verdict(judged(with("listen l\n  bind \"${ADDRESS}:80\"\n"))), "error");
  EXPECT_EQ(verdict(judged(with("global\n  stats socket \"${ADDRESS}:9999\"\n"))), "error");
  const auto detail = detail_of(judged(with(kWildcard)));
  EXPECT_EQ(detail.where.origin.line, 6U);
  EXPECT_NE(detail.why.find("ADDRESS"), std::string::npos);
}

TEST(VariablesAreSet, ElsewhereItWarns) {
  EXPECT_EQ(verdict(judged(with("backend b\n  server a ${ADDRESS}:80\n"))), "warning");
  EXPECT_EQ(verdict(judged(with("listen l\n  bind *:80\n  http-request set-header X \"$V\"\n"))), "warning");
}

TEST(VariablesAreSet, TheWorstIsToldFirst) {
  const auto detail = detail_of(judged(with("listen l\n  server a ${A}:80\n  bind ${B}:80\n  server b ${C}:80\n")));
  EXPECT_EQ(detail.where.origin.line, 7U);
  EXPECT_EQ(detail.evidence.size(), 2U);
  EXPECT_EQ(std::get<std::int64_t>(detail.observed->value), 3);
}

TEST(VariablesAreSet, ADefaultIsAValue) {
  EXPECT_EQ(verdict(judged(with("listen l\n  bind \"${ADDRESS-127.0.0.1}:80\"\n"))), "pass");
}

TEST(VariablesAreSet, WhatHaproxySetsItselfIsSet) {
  EXPECT_EQ(verdict(judged(with("listen l\n  bind *:80\n  log-format \"${HAPROXY_HTTP_LOG_FMT} x\"\n"))), "pass");
}

TEST(VariablesAreSet, AnEnvironmentNobodyCouldReadIsUnknown) {
  auto running = with(kWildcard);
  running.running();
  EXPECT_EQ(verdict(judged(running)), "error");
  running.instance().processes.front().process.environment = unread("environ");
  EXPECT_EQ(verdict(judged(running)), "unknown");
  auto no_unit = with(kWildcard);
  no_unit.instance().unit = fail(std::errc::no_such_file_or_directory, "haproxy.service", "no such unit");
  EXPECT_EQ(verdict(judged(no_unit)), "unknown");
  auto barred = with(kWildcard);
  barred.instance().unit->environment_files = {{"/etc/default/haproxy", true}, {"/etc/secret", false}};
  EXPECT_EQ(verdict(judged(barred)), "error");
  barred.facts.blind_spots.push_back({std::errc::permission_denied, "/etc/secret", "Permission denied"});
  EXPECT_EQ(verdict(judged(barred)), "unknown");
  World nothing_used;
  nothing_used.instance().unit = no_unit.instance().unit;
  EXPECT_EQ(verdict(judged(nothing_used)), "pass") << "a configuration without variables needs none";
}

TEST(VariablesAreSet, RemarksThatWereNotKeptMayBeOfVariables) {
  World world;
  world.instance().config->remarks_dropped = 1;
  EXPECT_EQ(verdict(judged(world)), "unknown");
  EXPECT_EQ(verdict(judged(World().no_config())), "unknown");
}

TEST(VariablesAreSet, QuotesAFewAndCountsTheRest) {
  std::string many = "listen l\n  bind ${B}:80\n";
  for (int i = 0; i < 50; ++i) many += "  server s" + std::to_string(i) + " ${A}:80\n";
  const auto detail = detail_of(judged(with(many)));
  ASSERT_EQ(detail.evidence.size(), 6U);
  EXPECT_EQ(detail.evidence.back(), "and 45 more");
}

}  // namespace
}  // namespace preflight::test
