// SPDX-License-Identifier: Apache-2.0
// A finding counts once: waived ones are accepted by somebody, and one limit that breaks another is told as its cause.
#include "policies/assess.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "policies/sysctl_origin.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

/// What became of a waiver in this run; the later one wins.
enum class Use : std::uint8_t { nothing_found, cannot_tell, lapsed, in_force };

Severity severity_of(const Check& check, const Outcome& outcome, const CheckPolicy& policy) {
  const Severity worst = std::min(check.severity, policy.severity.value_or(Severity::error));
  return visit(
      outcome, [](const Pass&) { return Severity::info; }, [](const NotApplicable&) { return Severity::info; },
      [&](const Fail& fail) { return std::min(fail.severity, worst); }, [&](const Unknown&) { return worst; });
}

/// A check that lacks only what no tree of files can tell has not failed to look.
bool needs_a_running_host(const Outcome& outcome) {
  const auto* unknown = std::get_if<Unknown>(&outcome);
  return unknown != nullptr && is_offline_tree(unknown->error);
}

void run(const Check& check, const Case& scene, const CheckPolicy& policy, std::vector<CheckResult>& results) {
  auto outcomes = check.evaluate(scene);
  add_origins(check, scene, outcomes);
  for (auto& [subject, outcome] : outcomes) {
    if (needs_a_running_host(outcome)) outcome = NotApplicable{"offline tree"};
    const Severity severity = severity_of(check, outcome, policy);
    results.push_back(
        {.check = &check, .subject = std::move(subject), .outcome = std::move(outcome), .severity = severity});
  }
}

/// Matches the waivers of one run to its results and remembers which of them were of use.
class Waiving {
 public:
  Waiving(const std::vector<Waiver>& waivers, const std::vector<const Check*>& checks, const Day& today)
      : waivers_(waivers), today_(today) {
    uses_.reserve(waivers.size());
    for (const Waiver& waiver : waivers) {
      const bool ran = std::any_of(checks.begin(), checks.end(), [&](const Check* c) { return c->id == waiver.check; });
      uses_.push_back(ran ? Use::nothing_found : Use::cannot_tell);
    }
  }

  void apply(CheckResult& result) {
    if (result.unknown()) {
      mark(result, true, Use::cannot_tell);
      mark(result, false, Use::cannot_tell);
    }
    if (!result.failed()) return;
    result.waiver = mark(result, true, Use::in_force);
    if (result.waiver == nullptr) mark(result, false, Use::lapsed);
  }

  [[nodiscard]] std::vector<const Waiver*> that_were(Use use) const {
    std::vector<const Waiver*> list;
    for (std::size_t i = 0; i < waivers_.size(); ++i) {
      if (uses_[i] == use) list.push_back(&waivers_[i]);
    }
    return list;
  }

 private:
  /// Notes `use` for every waiver, in force or expired as asked, that covers the result; gives the first of them.
  const Waiver* mark(const CheckResult& result, bool in_force, Use use) {
    const Waiver* first = nullptr;
    for (std::size_t i = 0; i < waivers_.size(); ++i) {
      const Waiver& waiver = waivers_[i];
      if ((today_ <= waiver.expires) != in_force || !waiver.covers(result.check->id, result.subject)) continue;
      uses_[i] = std::max(uses_[i], use);
      if (first == nullptr) first = &waiver;
    }
    return first;
  }

  const std::vector<Waiver>& waivers_;
  Day today_;
  std::vector<Use> uses_;
};

using Findings = std::map<std::pair<std::string_view, std::string_view>, const CheckResult*>;

Findings findings_of(const std::vector<CheckResult>& results) {
  Findings findings;
  for (const CheckResult& result : results) {
    if (result.finding()) findings.emplace(std::pair{result.check->id, std::string_view(result.subject.text)}, &result);
  }
  return findings;
}

/// The finding this one names as its cause, if there is one in this run.
const CheckResult* cause_of(const CheckResult& finding, const Findings& findings) {
  const auto& named = std::get<Fail>(finding.outcome).detail.consequence_of;
  if (!named) return nullptr;
  const auto found = findings.find({named->check, named->subject.text});
  return found == findings.end() ? nullptr : found->second;
}

/// The first of a chain of causes; nullptr if there is none, or if the chain has no end: findings that blame each
/// other must all be shown.
const CheckResult* root_of(const CheckResult& finding, const Findings& findings) {
  constexpr int kLongestChain = 8;
  const CheckResult* root = nullptr;
  const CheckResult* next = cause_of(finding, findings);
  for (int links = 0; next != nullptr; ++links) {
    if (links == kLongestChain) return nullptr;
    root = next;
    next = cause_of(*root, findings);
  }
  return root;
}

void fold(std::vector<CheckResult>& results) {
  const Findings findings = findings_of(results);
  for (CheckResult& result : results) {
    if (!result.finding()) continue;
    const CheckResult* root = root_of(result, findings);
    if (root == nullptr) continue;
    result.consequence_of = root->subject;
    result.consequence_check = root->check->id;
  }
}

/// Findings first, the worst of them first; everything else after them.
int rank(const CheckResult& result) { return result.finding() ? -1 - static_cast<int>(result.severity) : 0; }

bool before(const CheckResult& a, const CheckResult& b) {
  return std::forward_as_tuple(rank(a), a.check->id, a.subject.text) <
         std::forward_as_tuple(rank(b), b.check->id, b.subject.text);
}

/// Sorts by address and moves each result once: a result is large, and there is one for each server.
std::vector<CheckResult> in_order(std::vector<CheckResult>&& results) {
  std::vector<CheckResult*> order;
  order.reserve(results.size());
  for (CheckResult& result : results) order.push_back(&result);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return before(*a, *b); });
  std::vector<CheckResult> sorted;
  sorted.reserve(results.size());
  for (CheckResult* result : order) sorted.push_back(std::move(*result));
  return sorted;
}

}  // namespace

std::vector<const Check*> select_checks(const Policy& policy, const Selection& selection,
                                        std::span<const Check* const> catalog) {
  std::vector<const Check*> chosen;
  for (const Check* check : catalog) {
    if (!policy.of(check->id).enabled || selection.skip.contains(check->id)) continue;
    if (selection.only.empty() || selection.only.contains(check->id)) chosen.push_back(check);
  }
  return chosen;
}

Assessment assess(const Facts& facts, const Demand& demand, const Policy& policy,
                  const std::vector<const Check*>& checks, const Day& today) {
  Assessment assessment;
  auto& results = assessment.results;
  for (const Check* check : checks) {
    const CheckPolicy& wanted = policy.of(check->id);
    run(*check, Case{facts, demand, wanted.settings, &policy}, wanted, results);
  }
  Waiving waiving(policy.waivers, checks, today);
  for (CheckResult& result : results) waiving.apply(result);
  fold(results);
  results = in_order(std::move(results));
  assessment.expired_waivers = waiving.that_were(Use::lapsed);
  assessment.unused_waivers = waiving.that_were(Use::nothing_found);
  return assessment;
}

}  // namespace preflight
