// SPDX-License-Identifier: Apache-2.0
// How a change ended, what stood in its way, and what was changed before.
#include "agent/report/text_diff.h"
#include "agent/report/text_page.h"
#include "agent/report/text_plan.h"
#include "agent/report/text_words.h"
#include "probes/base/text.h"
#include "probes/base/utc_time.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

using text::Ink;
using text::Page;

std::string_view name_of(TransactionState state) {
  switch (state) {
    case TransactionState::open:
      return "cut off";
    case TransactionState::unconfirmed:
      return "unconfirmed";
    case TransactionState::applied:
      return "applied";
    case TransactionState::undoing:
      return "undo cut off";
    case TransactionState::undone:
      break;
  }
  return "undone";
}

void add_found(Page& page, const ForeignEdit& edit) {
  visit(
      edit.change, [&](const FileWrite& write) { text::add_diff(page, write.path, write.from, edit.found.image); },
      [&](const SysctlWrite& write) {
        page.add(
            {{.text = "expected " + printable(write.from) + ", found " + printable(edit.found.value), .column = 4}});
      },
      [&](const SelinuxEdit&) { page.add({{.text = "found: " + printable(edit.found.value), .column = 4}}, 6); },
      [](const DirectoryWrite&) {}, [](const UnitsReload&) {}, [](const UnitRestart&) {}, [](const SelinuxRepair&) {});
}

std::string sentence_of(const MutationReport& report) {
  switch (report.end) {
    case MutationEnd::nothing:
      return report.verb == "apply" ? "Nothing was changed." : "There was nothing to " + report.verb + ".";
    case MutationEnd::planned:
      return "Nothing was changed: this was a dry run.";
    case MutationEnd::applied:
      return "Applied, and judged again.";
    case MutationEnd::undone:
      return "Brought back to what was there before.";
    case MutationEnd::confirmed:
      return "Confirmed: it stays.";
    case MutationEnd::refused:
      return "Refused: nothing was changed.";
    case MutationEnd::rolled_back:
      return "It failed and was rolled back: the host is as it was.";
    case MutationEnd::torn:
      break;
  }
  return "The host is between two states: run `lbpreflight recover`.";
}

Ink ink_of(MutationEnd end) {
  if (end == MutationEnd::torn || end == MutationEnd::rolled_back) return Ink::error;
  return end == MutationEnd::refused ? Ink::warning : Ink::good;
}

std::string numbers(const std::vector<std::uint32_t>& transactions) {
  std::string text;
  for (const auto id : transactions) text += (text.empty() ? "" : ", ") + std::to_string(id);
  return text;
}

}  // namespace

std::string text_mutation(const MutationReport& report, bool color) {
  Page page(color);
  if (!report.recovered.empty()) {
    page.add({{.text = "transaction " + numbers(report.recovered) +
                       " had been cut off or was not confirmed in time: it was undone first."}});
  }
  const std::string which = report.transactions.empty() ? "" : "transaction " + numbers(report.transactions) + ": ";
  page.add({{.text = which + sentence_of(report), .ink = ink_of(report.end)}});
  for (const auto& reason : report.reasons) page.add({{.text = printable(reason), .column = 2}}, 4);
  for (const auto& kept : report.kept) page.add({{.text = "left as found: " + printable(kept), .column = 2}}, 4);
  if (report.confirm_within.count() != 0) {
    page.add({{.text = "It is undone again unless `lbpreflight confirm` comes within " +
                       std::to_string(report.confirm_within.count()) + " seconds.",
               .ink = Ink::warning}});
  }
  for (const auto& pending : report.pending)
    page.add({{.text = "still to do: " + printable(pending), .ink = Ink::warning}});
  return page.text();
}

std::string text_edits(const std::vector<ForeignEdit>& edits, bool color) {
  Page page(color);
  for (const auto& edit : edits) {
    page.add({{.text = printable(edit.object), .ink = Ink::strong}, {.text = "was changed by somebody else"}});
    add_found(page, edit);
  }
  return page.text();
}

std::string text_history(const std::vector<Transaction>& transactions, const std::vector<std::string>& standings,
                         bool color) {
  Page page(color);
  if (transactions.empty()) page.add({{.text = "Nothing was ever changed."}});
  for (auto i = transactions.size(); i-- > 0;) {
    const auto& one = transactions[i];
    const auto who =
        one.begun.actor.login.empty() ? "uid " + std::to_string(one.begun.actor.uid) : one.begun.actor.login;
    page.add(
        {{.text = std::to_string(one.id), .ink = Ink::strong},
         {.text = rfc3339(one.begun.at), .column = 5},
         {.text = std::string(name_of(one.state())) + (standings[i].empty() ? "" : ", " + standings[i]), .column = 27},
         {.text = printable(who) + ": " + printable(one.begun.actor.command), .column = 50}},
        27);
    for (const auto& step : one.begun.plan.steps) page.add({{.text = describe(step.change), .column = 5}}, 7);
  }
  return page.text();
}

}  // namespace preflight
