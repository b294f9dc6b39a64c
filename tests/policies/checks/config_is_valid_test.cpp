// SPDX-License-Identifier: Apache-2.0
// haproxy's verdict by its exit code, its own words quoted.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check config_is_valid;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::config_is_valid;

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "config:/etc/haproxy/haproxy.cfg"); }

World said(int status, std::vector<std::string> messages = {}) {
  World world;
  world.instance().verdict->status = status;
  world.instance().verdict->messages = std::move(messages);
  return world;
}

TEST(ConfigIsValid, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(ConfigIsValid, TheExitCodeDecides) {
  EXPECT_EQ(verdict(judged(said(0))), "pass");
  EXPECT_EQ(verdict(judged(said(0, {"[NOTICE]   (1) : haproxy version is 2.6.12"}))), "pass");
  EXPECT_EQ(verdict(judged(said(0, {"Configuration file is valid"}))), "pass");
  EXPECT_EQ(verdict(judged(said(0, {"[WARNING]  (1) : config : missing timeouts"}))), "warning");
  EXPECT_EQ(verdict(judged(said(0, {"[ALERT]    (1) : 'maxconn' already specified. Continuing."}))), "warning");
  EXPECT_EQ(verdict(judged(said(2))), "warning") << "no listener";
  EXPECT_EQ(verdict(judged(said(1))), "error");
}

TEST(ConfigIsValid, ARefusalPreventsTheStartAndIsQuoted) {
  const auto outcome = judged(said(1, {"[NOTICE]   (1) : path", "[ALERT]    (1) : parsing [haproxy.cfg:3] : oops"}));
  ASSERT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(detail_of(outcome).evidence, std::vector<std::string>{"[ALERT]    (1) : parsing [haproxy.cfg:3] : oops"});
  EXPECT_EQ(detail_of(judged(said(1, {"Usage : haproxy"}))).evidence, std::vector<std::string>{"Usage : haproxy"});
}

TEST(ConfigIsValid, QuotesAFewAndCountsTheRest) {
  const auto evidence = detail_of(judged(said(1, std::vector<std::string>(12, "[ALERT] again")))).evidence;
  ASSERT_EQ(evidence.size(), 6U);
  EXPECT_EQ(evidence.back(), "and 7 more");
  EXPECT_EQ(detail_of(judged(said(1, std::vector<std::string>(5, "[ALERT] again")))).evidence.back(), "[ALERT] again");
}

TEST(ConfigIsValid, AVerdictNobodyGaveIsUnknown) {
  World world;
  world.instance().verdict = fail(std::errc::no_such_file_or_directory, "haproxy", "not installed");
  EXPECT_EQ(verdict(judged(world)), "unknown");
}

TEST(ConfigIsValid, HaproxyReadsWhatWeCannot) { EXPECT_EQ(worst(World().no_config().judge(kCheck)), "pass"); }

}  // namespace
}  // namespace preflight::test
