// SPDX-License-Identifier: Apache-2.0
// A plan, and what became of one, for people.
#pragma once

#include <string>
#include <vector>

#include "agent/report/mutation.h"
#include "remediations/plan.h"
#include "remediations/transaction/journal.h"

namespace preflight {

/// Changes with their diffs, what each finding will be, what stays for a person.
[[nodiscard]] std::string text_plan(const Plan& plan, bool color);

/// One paragraph an edit: what stands there now against what was expected.
[[nodiscard]] std::string text_edits(const std::vector<ForeignEdit>& edits, bool color);

/// How it ended, and what is left to do.
[[nodiscard]] std::string text_mutation(const MutationReport& report, bool color);

/// A line a transaction, newest first. `in_force` says of each whether its objects are as it left them.
[[nodiscard]] std::string text_history(const std::vector<Transaction>& transactions,
                                       const std::vector<std::string>& standings, bool color);

}  // namespace preflight
