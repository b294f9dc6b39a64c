// SPDX-License-Identifier: Apache-2.0
// The results that are not findings: what could not be checked, what was accepted, what passed.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "agent/report/text_parts.h"
#include "agent/report/text_words.h"

namespace preflight::text {
namespace {

constexpr std::size_t kMostSubjects = 10;
constexpr std::size_t kSampleSubjects = 5;

using ByCheck = std::map<std::string_view, std::vector<const CheckResult*>>;

/// "a, b, c, d, e and 7 more"
std::string subjects_of(const std::vector<const CheckResult*>& results) {
  const std::size_t shown = results.size() > kMostSubjects ? kSampleSubjects : results.size();
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + results[i]->subject.text;
  if (shown < results.size()) text += " and " + std::to_string(results.size() - shown) + " more";
  return text;
}

template <typename Wanted>
ByCheck by_check(const Assessment& assessment, Wanted&& wanted) {
  ByCheck found;
  for (const auto& result : assessment.results) {
    if (wanted(result)) found[result.check->id].push_back(&result);
  }
  return found;
}

std::string reason_of(const CheckResult& result) { return describe(std::get<Unknown>(result.outcome).error); }

/// Reasons that keep several checks from looking: a missing configuration is told once, not once a check.
template <typename Wanted>
std::map<std::string, std::set<std::string_view>> shared_reasons(const Assessment& assessment, Wanted&& wanted) {
  constexpr std::size_t kSeveral = 3;
  std::map<std::string, std::set<std::string_view>> found;
  for (const auto& result : assessment.results) {
    if (wanted(result)) found[reason_of(result)].insert(result.check->id);
  }
  for (auto at = found.begin(); at != found.end();) at = at->second.size() < kSeveral ? found.erase(at) : std::next(at);
  return found;
}

std::string joined(const std::set<std::string_view>& ids) {
  std::string text;
  for (const auto id : ids) text += (text.empty() ? "" : ", ") + std::string(id);
  return text;
}

/// The subjects that share one reason are one line.
void add_unknown_check(Page& page, std::string_view id, const std::vector<const CheckResult*>& results) {
  std::map<std::string, std::vector<const CheckResult*>> by_reason;
  for (const auto* result : results) by_reason[reason_of(*result)].push_back(result);
  std::size_t listed = 0;
  for (const auto& [reason, alike] : by_reason) {
    if (++listed > kSampleSubjects && by_reason.size() > kMostSubjects) {
      page.add(
          {{.text = "and " + counted(by_reason.size() - kSampleSubjects, "reason") + " more (--format json lists them)",
            .column = 2}});
      return;
    }
    add_headline(page, {.text = "unknown", .ink = Ink::warning}, id, reason);
    const bool told = alike.size() == 1 && names_subject(reason, alike.front()->subject);
    if (!told) page.add({{.text = "-->", .column = 2}, {.text = subjects_of(alike)}}, 6);
  }
}

std::string reason_not_applicable(const std::vector<const CheckResult*>& results) {
  return std::get<NotApplicable>(results.front()->outcome).reason;
}

}  // namespace

void add_unknowns(Page& page, const Report& report, const TextOptions& options) {
  const auto wanted = [&](const CheckResult& result) {
    return result.unknown() && result.waiver == nullptr && (options.verbose || result.severity >= report.fail_on);
  };
  const auto shared = shared_reasons(*report.assessment, wanted);
  for (const auto& [reason, ids] : shared) {
    add_headline(page, {.text = "unknown", .ink = Ink::warning}, counted(ids.size(), "check"), reason);
    page.add({{.text = "-->", .column = 2}, {.text = joined(ids)}}, 6);
  }
  const auto alone = [&](const CheckResult& result) { return wanted(result) && shared.count(reason_of(result)) == 0; };
  for (const auto& [id, results] : by_check(*report.assessment, alone)) add_unknown_check(page, id, results);
}

void add_waived(Page& page, const Assessment& assessment) {
  for (const auto& result : assessment.results) {
    if (result.waiver == nullptr) continue;
    const auto& waiver = *result.waiver;
    const auto* failure = std::get_if<Fail>(&result.outcome);
    add_headline(page, {.text = "waived", .ink = Ink::faint}, result.check->id,
                 failure != nullptr ? sentence(*result.check, failure->detail) : result.subject.text);
    page.add({{.text = "until " + to_string(waiver.expires) + ", " + waiver.owner + ": " + waiver.reason, .column = 2}},
             4);
  }
}

void add_passes(Page& page, const Assessment& assessment) {
  const auto passed = [](const CheckResult& r) { return std::holds_alternative<Pass>(r.outcome); };
  for (const auto& [id, results] : by_check(assessment, passed)) {
    add_headline(page, {.text = "pass", .ink = Ink::good}, id, subjects_of(results));
  }
  const auto idle = [](const CheckResult& r) { return std::holds_alternative<NotApplicable>(r.outcome); };
  for (const auto& [id, results] : by_check(assessment, idle)) {
    add_headline(page, {.text = "n/a", .ink = Ink::faint}, id, reason_not_applicable(results));
  }
}

void add_notes(Page& page, const std::vector<std::string>& notes) {
  const std::size_t shown = std::min(notes.size(), kMostSubjects);
  for (std::size_t i = 0; i < shown; ++i) page.add({{.text = "note:"}, {.text = notes[i]}}, 6);
  if (shown < notes.size()) page.add({{.text = "and " + counted(notes.size() - shown, "note") + " more"}});
}

}  // namespace preflight::text
