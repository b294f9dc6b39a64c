// SPDX-License-Identifier: Apache-2.0
// "lbpreflight.plan/1", "lbpreflight.change/1" and "lbpreflight.history/1" for machines. `changed`, `pending` and
// `diff` are what a configuration manager's module hands on.
#pragma once

#include <string>
#include <vector>

#include "agent/report/mutation.h"
#include "remediations/plan.h"
#include "remediations/transaction/journal.h"

namespace preflight {

[[nodiscard]] std::string json_plan(const Plan& plan);
[[nodiscard]] std::string json_mutation(const MutationReport& report);
[[nodiscard]] std::string json_history(const std::vector<Transaction>& transactions,
                                       const std::vector<std::string>& standings);

}  // namespace preflight
