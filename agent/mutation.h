// SPDX-License-Identifier: Apache-2.0
// The verbs that change the host, without a terminal: each takes the lock, finishes what was cut off, and does its work
// as one transaction.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/cli/options.h"
#include "agent/report/mutation.h"
#include "policies/policy.h"
#include "probes/base/result.h"
#include "remediations/host/host.h"
#include "remediations/transaction/journal.h"

namespace preflight {

/// Shows a plan that is about to be carried out; false: it is not wanted.
using Consent = std::function<bool(const Plan&)>;

/// Where the journal is, who acts, and on what.
struct Mutation {
  Host& host;
  const Policy& policy;
  const cli::Options& options;
  const Plan* saved = nullptr;  // the plan to carry out, made earlier; nullptr: a new one
  std::string state = kStatePath;
};

[[nodiscard]] MutationReport apply_plan(const Mutation& mutation, const Consent& consent);
/// The same as far as it can be told without doing anything.
[[nodiscard]] MutationReport rehearse(const Mutation& mutation);
/// options.transaction, or the last one in force.
[[nodiscard]] MutationReport revert(const Mutation& mutation);
[[nodiscard]] MutationReport recover(const Mutation& mutation);
/// The transaction that waits for it stays.
[[nodiscard]] MutationReport confirm(const Mutation& mutation);

/// Whether the objects of a transaction that was applied are as it left them: "in force", "overtaken"; empty for one
/// that is not in force.
[[nodiscard]] std::string standing_of(const Transaction& transaction, const Host& host);

}  // namespace preflight
