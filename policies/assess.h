// SPDX-License-Identifier: Apache-2.0
// Runs the checks over a case and applies policy: severities capped, waivers matched, consequences folded.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "policies/catalog.h"
#include "policies/check.h"
#include "policies/policy.h"

namespace preflight {

/// One line of the report: check, subject, outcome, and what policy made of it.
struct CheckResult {
  const Check* check = nullptr;
  Subject subject;
  Outcome outcome;
  /// Of a failure: as reported, capped by policy. Of an Unknown: the worst the check could have reported, capped.
  Severity severity = Severity::info;
  const Waiver* waiver = nullptr;           // in force: shown, never counted
  std::optional<Subject> consequence_of{};  // the finding that causes this one: the first of the chain, shown itself
  std::string consequence_check{};          // and its check

  [[nodiscard]] bool failed() const { return std::holds_alternative<Fail>(outcome); }
  [[nodiscard]] bool unknown() const { return std::holds_alternative<Unknown>(outcome); }
  /// A failure that counts: not waived.
  [[nodiscard]] bool finding() const { return failed() && waiver == nullptr; }
};

/// What a run of all checks gave.
struct Assessment {
  std::vector<CheckResult> results;            // by severity of findings, then check id, then subject
  std::vector<const Waiver*> expired_waivers;  // they would have covered a finding
  std::vector<const Waiver*> unused_waivers;   // their check ran, could look, and found nothing they cover
};

/// Which checks of this run: enabled by policy, named by --only, not named by --skip.
struct Selection {
  std::set<std::string, std::less<>> only;  // empty: all
  std::set<std::string, std::less<>> skip;
};
[[nodiscard]] std::vector<const Check*> select_checks(const Policy& policy, const Selection& selection,
                                                      std::span<const Check* const> catalog = all_checks());

/// Pure. `today` decides which waivers are still in force. The policy must outlive the assessment.
[[nodiscard]] Assessment assess(const Facts& facts, const Demand& demand, const Policy& policy,
                                const std::vector<const Check*>& checks, const Day& today);

}  // namespace preflight
