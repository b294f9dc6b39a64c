// SPDX-License-Identifier: Apache-2.0
// The findings: one sentence each, the place to open, the arithmetic, the evidence, and what follows from it.
#include <algorithm>
#include <map>
#include <utility>

#include "agent/report/text_parts.h"
#include "agent/report/text_words.h"

namespace preflight::text {
namespace {

constexpr std::size_t kMostSubjects = 10;  // of one check and severity; a bad template repeats itself
constexpr std::size_t kSampleSubjects = 5;
constexpr std::size_t kMostEvidence = 8;
constexpr int kDeepestChain = 8;

using Key = std::pair<std::string_view, std::string_view>;  // check, subject
using Causes = std::map<Key, const CheckResult*>;

Causes causes_of(const Assessment& assessment) {
  Causes causes;
  for (const auto& result : assessment.results) {
    if (result.finding()) causes.emplace(Key{result.check->id, result.subject.text}, &result);
  }
  return causes;
}

/// The finding at the root of `result`; itself when its cause is not a finding (any more).
const CheckResult* root_of(const CheckResult& result, const Causes& causes) {
  const CheckResult* root = &result;
  for (int depth = 0; depth < kDeepestChain && root->consequence_of; ++depth) {
    const auto cause = causes.find(Key{root->consequence_check, root->consequence_of->text});
    if (cause == causes.end()) return root;
    if (cause->second == &result) return &result;  // a circle has no root: show all of it
    root = cause->second;
  }
  return root;
}

void add_place(Page& page, const CheckResult& result, const Detail& detail, bool verbose) {
  const std::string where = place(detail.where);
  const bool told = !verbose && names_subject(detail.why + "\n" + where, result.subject);
  if (where.empty() && told) return;
  std::string text = where.empty() ? result.subject.text : where;
  if (!where.empty() && !told && where != result.subject.text) text += " (" + result.subject.text + ")";
  page.add({{.text = "-->", .column = 2}, {.text = text}}, 6);
}

void add_evidence(Page& page, const std::vector<std::string>& evidence, bool verbose) {
  const std::size_t shown = verbose ? evidence.size() : std::min(evidence.size(), kMostEvidence);
  for (std::size_t i = 0; i < shown; ++i) page.add({{.text = evidence[i], .ink = Ink::faint, .column = 2}}, 4);
  if (shown < evidence.size()) {
    page.add({{.text = "and " + counted(evidence.size() - shown, "line") + " more (-v)", .column = 2}}, 4);
  }
}

/// "and 3 consequences: bind_ports_are_free (2), nofile_covers_maxconn"
void add_consequences(Page& page, const std::vector<const CheckResult*>& consequences) {
  if (consequences.empty()) return;
  std::map<std::string_view, std::size_t> by_check;
  for (const auto* result : consequences) ++by_check[result->check->id];
  std::string text;
  for (const auto& [id, count] : by_check) {
    if (!text.empty()) text += ", ";
    text += id;
    if (count > 1) text += " (" + std::to_string(count) + ")";
  }
  page.add({{.text = "and " + counted(consequences.size(), "consequence") + ": " + text, .column = 2}}, 4);
}

/// Once for all subjects of a check.
void add_advice(Page& page, const Check& check) {
  if (!check.advice.empty()) page.add({{.text = "help:", .column = 2}, {.text = std::string(check.advice)}}, 8);
}

void add_finding(Page& page, const Finding& finding, bool verbose) {
  const auto& result = *finding.result;
  const auto* failure = std::get_if<Fail>(&result.outcome);
  if (failure == nullptr) return;
  const auto& detail = failure->detail;
  add_headline(page, word_for(result.severity), result.check->id, sentence(*result.check, detail));
  add_place(page, result, detail, verbose);
  if (const auto text = comparison(detail); !text.empty()) page.add({{.text = text, .column = 2}}, 4);
  if (!detail.terms.empty()) page.add({{.text = arithmetic(detail.terms), .column = 2}}, 4);
  add_evidence(page, detail.evidence, verbose);
  add_consequences(page, finding.consequences);
}

}  // namespace

Span word_for(Severity severity) {
  switch (severity) {
    case Severity::error:
      return {.text = "error", .ink = Ink::error};
    case Severity::warning:
      return {.text = "warn", .ink = Ink::warning};
    case Severity::info:
      break;
  }
  return {.text = "info"};
}

Severity Finding::worst() const {
  Severity worst = result->severity;
  for (const auto* consequence : consequences) worst = std::max(worst, consequence->severity);
  return worst;
}

std::vector<Finding> findings_of(const Assessment& assessment) {
  const Causes causes = causes_of(assessment);
  std::vector<Finding> findings;
  std::map<const CheckResult*, std::vector<const CheckResult*>> folded;
  for (const auto& result : assessment.results) {
    if (!result.finding()) continue;
    const auto* root = root_of(result, causes);
    if (root == &result) {
      findings.push_back({.result = &result});
    } else {
      folded[root].push_back(&result);
    }
  }
  for (auto& finding : findings) {
    if (const auto it = folded.find(finding.result); it != folded.end()) finding.consequences = std::move(it->second);
  }
  return findings;
}

void add_headline(Page& page, Span word, std::string_view check_id, std::string sentence) {
  const std::size_t id_column = columns(word.text) + 2;
  page.add({std::move(word),
            {.text = std::string(check_id), .ink = Ink::strong, .column = std::max<std::size_t>(id_column, 7)},
            {.text = std::move(sentence), .column = kSentenceColumn}},
           kSentenceColumn);
}

void add_findings(Page& page, const std::vector<Finding>& findings, const TextOptions& options) {
  std::vector<const Finding*> shown;
  for (const auto& finding : findings) {
    if (options.verbose || finding.worst() > Severity::info) shown.push_back(&finding);
  }
  const auto same = [](const Finding* a, const Finding* b) {
    return a->result->check == b->result->check && a->result->severity == b->result->severity;
  };
  for (auto first = shown.begin(); first != shown.end();) {
    const auto last = std::find_if(first, shown.end(), [&](const auto* other) { return !same(*first, other); });
    const auto size = static_cast<std::size_t>(last - first);
    const auto listed = size > kMostSubjects ? kSampleSubjects : size;
    for (std::size_t i = 0; i < listed; ++i)
      add_finding(page, **(first + static_cast<std::ptrdiff_t>(i)), options.verbose);
    if (listed < size) {
      page.add({{.text = "and " + std::to_string(size - listed) + " more of " +
                         std::string((*first)->result->check->id) + " (--format json lists them)",
                 .column = 2}});
    }
    add_advice(page, *(*first)->result->check);
    first = last;
  }
}

}  // namespace preflight::text
