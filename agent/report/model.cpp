// SPDX-License-Identifier: Apache-2.0
// Counting and the exit code: what could not be looked at never counts as passed.
#include "agent/report/model.h"

#include <algorithm>

#include "agent/exit_codes.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

void count_failure(Summary& summary, const CheckResult& result) {
  if (result.consequence_of) return;
  switch (result.severity) {
    case Severity::error:
      ++summary.error;
      return;
    case Severity::warning:
      ++summary.warning;
      return;
    case Severity::info:
      ++summary.info;
      return;
  }
}

void count(Summary& summary, const CheckResult& result) {
  if (result.waiver != nullptr) {
    ++summary.waived;
    return;
  }
  visit(
      result.outcome, [&](const Pass&) { ++summary.pass; }, [&](const Fail&) { count_failure(summary, result); },
      [&](const NotApplicable&) { ++summary.not_applicable; }, [&](const Unknown&) { ++summary.not_checked; });
}

}  // namespace

Summary summarize(const Assessment& assessment) {
  Summary summary;
  for (const auto& result : assessment.results) count(summary, result);
  return summary;
}

int exit_code_of(const Assessment& assessment, Severity fail_on) {
  const auto matters = [&](const CheckResult& result) {
    return result.waiver == nullptr && result.severity >= fail_on;
  };
  const auto& results = assessment.results;
  // A folded consequence counts here: it may be worse than its cause.
  if (std::any_of(results.begin(), results.end(), [&](const auto& r) { return matters(r) && r.failed(); }))
    return kFindings;
  if (std::any_of(results.begin(), results.end(), [&](const auto& r) { return matters(r) && r.unknown(); }))
    return kIncomplete;
  return 0;
}

}  // namespace preflight
