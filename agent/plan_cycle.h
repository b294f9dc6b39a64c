// SPDX-License-Identifier: Apache-2.0
// Observe, judge, plan, and look at the plan's outcome before anything is promised.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/cli/options.h"
#include "agent/cycle.h"
#include "policies/policy.h"
#include "probes/base/result.h"
#include "remediations/host/host.h"
#include "remediations/plan.h"

namespace preflight {

struct PlanRun {
  std::unique_ptr<Run> now;
  Plan plan;
};

/// Why there is none: what was asked for cannot be served (exit code 2), or an object is none that we change (6).
struct NoPlan {
  Error error;
  int exit_code = 0;
};

/// Nothing is changed.
[[nodiscard]] tl::expected<PlanRun, NoPlan> make_plan(const Host& host, const Policy& policy,
                                                      const cli::Options& options);

/// What of the plan is not so on this host, in sentences: findings that it was to resolve, and that are still there or
/// cannot be judged again. Empty: all of it is so.
[[nodiscard]] Result<std::vector<std::string>> unkept_promises(const Host& host, const Plan& plan, const Policy& policy,
                                                               const cli::Options& options);

/// The exit code of a run once a plan was carried out: 1 for findings that nothing cured, 3 where a check that a remedy
/// answers to could not look. What only a restart resolves does not count.
[[nodiscard]] int exit_code_after(const Plan& plan, const Assessment& assessment, Severity fail_on);

}  // namespace preflight
