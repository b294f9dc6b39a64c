// SPDX-License-Identifier: Apache-2.0
// What a run ends with, once a plan was carried out.
#include <gtest/gtest.h>

#include "agent/exit_codes.h"
#include "agent/plan_cycle.h"

namespace preflight {
namespace {

int exit_code_with(const Uncured& left, Severity fail_on = Severity::error) {
  Plan plan;
  plan.uncured.push_back(left);
  return exit_code_after(plan, Assessment{}, fail_on);
}

TEST(ExitCodeAfter, WhatNothingCuresCountsAsInACheck) {
  EXPECT_EQ(exit_code_with({.severity = Severity::error}), kFindings);
  EXPECT_EQ(exit_code_with({.severity = Severity::warning}), 0);
  EXPECT_EQ(exit_code_with({.severity = Severity::warning}, Severity::warning), kFindings);
}

TEST(ExitCodeAfter, WhatWasNotPlannedBecauseItCouldNotBeLookedAtIsNoSuccess) {
  EXPECT_EQ(exit_code_with({.severity = Severity::warning, .unseen = true}), kIncomplete);
  EXPECT_EQ(exit_code_with({.severity = Severity::info, .unseen = true}), 0);
  EXPECT_EQ(exit_code_with({.severity = Severity::info, .unseen = true}, Severity::info), kFindings);
}

}  // namespace
}  // namespace preflight
