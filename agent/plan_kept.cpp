// SPDX-License-Identifier: Apache-2.0
// After a plan was carried out: is what it promised so?
#include <algorithm>

#include "agent/exit_codes.h"
#include "agent/plan_cycle.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

/// Why a finding that was to be cured is not, or is not known to be; empty where it is. One that is gone is cured,
/// unless its check could not look.
std::string unkept(const Cure& cure, const Assessment& now) {
  const auto said = cure.check + " (" + printable(cure.subject) + ")";
  std::string unseen;
  for (const auto& result : now.results) {
    if (result.check->id != cure.check) continue;
    if (const auto* const unknown = std::get_if<Unknown>(&result.outcome))
      unseen = said + " could not be judged again: " + describe(unknown->error);
    if (result.subject.text != cure.subject || result.unknown()) continue;
    const auto* const failure = std::get_if<Fail>(&result.outcome);
    return failure == nullptr ? std::string() : said + " still fails: " + failure->detail.why;
  }
  return unseen;
}

}  // namespace

Result<std::vector<std::string>> unkept_promises(const Host& host, const Plan& plan, const Policy& policy,
                                                 const cli::Options& options) {
  const auto now = check_again(host.view(), policy, options);
  if (!now) return tl::make_unexpected(now.error());
  std::vector<std::string> sentences;
  for (const auto& cure : plan.cures) {
    if (cure.outlook != Outlook::resolved) continue;
    if (auto sentence = unkept(cure, (*now)->assessment); !sentence.empty()) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

int exit_code_after(const Plan& plan, const Assessment& assessment, Severity fail_on) {
  const auto counts = [&](const Uncured& left) { return left.severity >= fail_on; };
  if (std::any_of(plan.uncured.begin(), plan.uncured.end(), counts)) return kFindings;
  // What is planned for is planned from warnings on, so there not being able to look is not success either.
  const auto least = std::min(fail_on, Severity::warning);
  const auto unseen = [&](const CheckResult& one) { return one.unknown() && one.severity >= least; };
  const auto unplanned = [&](const Uncured& left) { return left.unseen && left.severity >= least; };
  return std::any_of(assessment.results.begin(), assessment.results.end(), unseen) ||
                 std::any_of(plan.uncured.begin(), plan.uncured.end(), unplanned)
             ? kIncomplete
             : 0;
}

}  // namespace preflight
