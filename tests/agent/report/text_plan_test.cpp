// SPDX-License-Identifier: Apache-2.0
// What a person reads before saying yes: what is done, at what risk, and how long it takes.
#include "agent/report/text_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_plan.h"

namespace preflight {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(TextPlan, BeginsWithTheRiskAndTheTime) {
  EXPECT_THAT(text_plan(test::sample_plan(), false),
              StartsWith("4 changes, safe: no connection notices\ntakes about 0.2 s\n"));
}

TEST(TextPlan, TellsWhatSystemdHasToDo) {
  auto plan = test::sample_plan();
  plan.steps.push_back({.change = UnitsReload{}, .remedies = {"raise_nofile"}});
  plan.steps.push_back(
      {.change = UnitRestart{"haproxy.service"}, .tier = Tier::disruptive, .remedies = {"restart_haproxy"}});
  EXPECT_THAT(text_plan(plan, false), StartsWith("6 changes: connections are dropped\n"
                                                 "takes about 0.2 s, a daemon-reload, a restart of haproxy.service\n"));
}

TEST(TextPlan, WhatIsLeftIsForAPerson) {
  const auto text = text_plan(test::sample_plan(), false);
  EXPECT_THAT(text, HasSubstr("maxconn_is_set (instance:haproxy.service): a person decides"));
  EXPECT_THAT(text, HasSubstr("restart haproxy.service (connections are lost)"));
}

TEST(TextPlan, OfNothingSaysSo) { EXPECT_EQ(text_plan(Plan(), false), "Nothing to change.\n"); }

}  // namespace
}  // namespace preflight
