// SPDX-License-Identifier: Apache-2.0
// The report for people. A person reads the second line, then the first finding, then the last line: they come first.
#include "agent/report/text.h"

#include "agent/report/text_parts.h"

namespace preflight {
namespace {

std::string one_line(const Report& report) {
  const auto verdict = text::verdict_of(report);
  text::Page page(false);
  const std::string counts = verdict.counts.empty() ? "" : ", " + verdict.counts;
  const std::string supposed = report.as_is ? " (what if " + report.as_is->what_if->text + ")" : "";
  page.add({{.text = report.facts->host.name + ": " + verdict.word + counts + supposed}});
  return page.text();
}

/// A block and the empty line before it, when it has anything to say.
template <typename Write>
void add_block(text::Page& page, Write&& write) {
  text::Page block = page.fresh();
  write(block);
  if (block.text().empty()) return;
  page.blank();
  page.append(block);
}

}  // namespace

std::string text_report(const Report& report, const TextOptions& options) {
  if (options.quiet) return one_line(report);
  const auto& assessment = *report.assessment;
  const auto findings = text::findings_of(assessment);
  text::Page page(options.color);
  text::add_header(page, report);
  text::add_verdict(page, text::verdict_of(report));
  add_block(page, [&](auto& block) {
    text::add_findings(block, findings, options);
    text::add_unknowns(block, report, options);
  });
  add_block(page, [&](auto& block) { text::add_candidates(block, report.candidates); });
  if (options.verbose) {
    add_block(page, [&](auto& block) { text::add_waived(block, assessment); });
    add_block(page, [&](auto& block) { text::add_passes(block, assessment); });
    add_block(page, [&](auto& block) { text::add_demand(block, *report.demand); });
    if (report.ladders != nullptr) add_block(page, [&](auto& block) { text::add_ladders(block, *report.ladders); });
  }
  add_block(page, [&](auto& block) { text::add_notes(block, report.notes); });
  add_block(page, [&](auto& block) { text::add_what_if(block, report); });
  add_block(page, [&](auto& block) { text::add_footer(block, report, findings, options); });
  return page.text();
}

}  // namespace preflight
