// SPDX-License-Identifier: Apache-2.0
// The last lines: what was counted, what was not looked at, and the next command.
#include <algorithm>

#include "agent/report/text_parts.h"
#include "agent/report/text_words.h"
#include "policies/policy.h"

namespace preflight::text {
namespace {

std::string amount(std::size_t count, std::string_view noun, bool shown) {
  return std::to_string(count) + " " + std::string(noun) + (count == 0 || shown ? "" : " (-v)");
}

std::string counts_of(const Summary& summary, bool unknowns_shown, bool verbose) {
  std::string text = amount(summary.pass, "pass", true) + ", " + amount(summary.error, "error", true) + ", " +
                     amount(summary.warning, "warning", true) + ", " + amount(summary.info, "info", verbose) + ", " +
                     amount(summary.not_checked, "not checked", unknowns_shown || verbose);
  if (summary.waived > 0) text += ", " + amount(summary.waived, "waived", verbose);
  return text;
}

bool lacks_permission(const CheckResult& result) {
  const auto* unknown = std::get_if<Unknown>(&result.outcome);
  if (unknown == nullptr || result.waiver != nullptr) return false;
  const auto code = unknown->error.code;
  return code == std::errc::permission_denied || code == std::errc::operation_not_permitted;
}

/// Whether every result that was not checked has been listed above.
bool unknowns_listed(const Report& report) {
  const auto& results = report.assessment->results;
  return std::none_of(results.begin(), results.end(), [&](const CheckResult& result) {
    return result.unknown() && result.waiver == nullptr && result.severity < report.fail_on;
  });
}

/// "as root"; of a replay the day it was recorded, which says more than how fast it was judged.
std::string looked(const Report& report) {
  const auto euid = report.facts->host.euid;
  const std::string who = euid == 0 ? "as root" : "as uid " + std::to_string(euid);
  return report.replayed ? who + " on " + to_string(day_of(report.taken_at)) : who;
}

void add_next(Page& page, const Report& report, const std::vector<Finding>& findings) {
  const auto worst = std::max_element(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return a.worst() < b.worst();  // of equals the first
  });
  if (worst != findings.end() && worst->worst() > Severity::info) {
    page.add({{.text = "next: lbpreflight explain " + std::string(worst->result->check->id)}});
  }
  const auto& results = report.assessment->results;
  const auto barred = std::count_if(results.begin(), results.end(), lacks_permission);
  if (barred == 0 || report.facts->host.euid == 0) return;
  page.add({{.text = "hint: run as root, permission was lacking for " +
                     counted(static_cast<std::size_t>(barred), "result")}});
}

}  // namespace

void add_footer(Page& page, const Report& report, const std::vector<Finding>& findings, const TextOptions& options) {
  add_first_limits(page, report);
  const std::string supposed = report.as_is ? "if so: " : "";
  std::vector<std::string> pieces = {supposed + counts_of(report.summary, unknowns_listed(report), options.verbose),
                                     looked(report)};
  if (!report.replayed) pieces.push_back(std::to_string(report.took.count()) + " ms");
  page.add_row(pieces);
  add_next(page, report, findings);
}

}  // namespace preflight::text
