// SPDX-License-Identifier: Apache-2.0
// The parts of the report for people, from top to bottom.
#pragma once

#include <string>
#include <vector>

#include "agent/report/model.h"
#include "agent/report/text.h"
#include "agent/report/text_page.h"

namespace preflight::text {

/// "error", "warn" or "info", in its ink.
[[nodiscard]] Span word_for(Severity severity);

/// A finding with the findings it causes.
struct Finding {
  const CheckResult* result = nullptr;
  std::vector<const CheckResult*> consequences{};

  /// The worst of the finding and its consequences: folding must not hide an error.
  [[nodiscard]] Severity worst() const;
};

/// The findings of a run in their order, consequences folded under their causes.
[[nodiscard]] std::vector<Finding> findings_of(const Assessment& assessment);

/// The answer in two words, and why.
struct Verdict {
  std::string word;    // "NOT READY"
  std::string reason;  // "haproxy would not start: 2 reasons"
  std::string counts;  // "2 errors, 1 warning"
  Ink ink = Ink::plain;
};
[[nodiscard]] Verdict verdict_of(const Report& report);

void add_header(Page& page, const Report& report);
void add_verdict(Page& page, const Verdict& verdict);
void add_findings(Page& page, const std::vector<Finding>& findings, const TextOptions& options);
/// What could not be checked: always where it decides the run, else on request.
void add_unknowns(Page& page, const Report& report, const TextOptions& options);
/// For `verbose`: accepted findings, what the configuration demands, and what passed.
void add_waived(Page& page, const Assessment& assessment);
void add_passes(Page& page, const Assessment& assessment);
void add_demand(Page& page, const Demand& demand);
/// The ladders of all instances, rung by rung.
void add_ladders(Page& page, const std::vector<Ladder>& ladders);
/// The first limits of each instance, two lines; nothing where they are supposed.
void add_first_limits(Page& page, const Report& report);
/// For a supposition: the first limits now and then, and what the demand changes by.
void add_what_if(Page& page, const Report& report);
/// What the candidate would change, for a person who is about to reload.
void add_candidates(Page& page, const std::vector<CandidateChange>& candidates);
void add_notes(Page& page, const std::vector<std::string>& notes);
void add_footer(Page& page, const Report& report, const std::vector<Finding>& findings, const TextOptions& options);

/// The column at which the sentence of a result begins.
inline constexpr std::size_t kSentenceColumn = 33;
/// One line of the list: "error  somaxconn_covers_backlog  the kernel caps ...".
void add_headline(Page& page, Span word, std::string_view check_id, std::string sentence);

}  // namespace preflight::text
