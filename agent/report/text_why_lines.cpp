// SPDX-License-Identifier: Apache-2.0
// A stroke for every terminal, and a struck line where there is colour: what does not count looks like it.
#include <algorithm>
#include <vector>

#include "agent/report/text_frame.h"
#include "agent/report/text_why_parts.h"
#include "agent/report/text_words.h"

namespace preflight::text {
namespace {

constexpr std::size_t kMostLosers = 6;

/// What became of a line that does not decide.
std::string fate_of(const SettingLine& line, const BootAnswer& answer) {
  switch (line.fate) {
    case Fate::decides:
      return "decides";
    case Fate::overridden:
      return line.by.empty() ? "overridden by a later line" : "overridden by " + line.by;
    case Fate::hidden:
      return line.by.empty() ? "not read by " + std::string(to_string(answer.by)) : "hidden by " + line.by;
    case Fate::excepted:
      return "a pattern, and the key is named" + (line.by.empty() ? " elsewhere" : " in " + line.by);
    case Fate::excepts:
      return "sets nothing: it keeps patterns from the key";
    case Fate::refused:
      return "refused by the kernel: what was there before stays";
    case Fate::ignored:
      break;
  }
  const std::string why = line.reason.empty() ? "it takes no such value" : line.reason;
  return "ignored by " + std::string(to_string(answer.by)) + ", which says so in its log alone: " + why;
}

/// Crossed out twice: an "x" for every terminal, a stroke where there is colour.
void add_loser(Page& page, const SettingLine& line, const BootAnswer& answer) {
  page.add({{.text = "x", .ink = Ink::error, .column = 2},
            {.text = line.place(), .ink = Ink::struck},
            {.text = line.text, .ink = Ink::struck, .column = 1}},
           6);
  page.add({{.text = fate_of(line, answer), .column = 6}}, 8);
}

void add_losers(Page& page, const BootAnswer& answer) {
  std::vector<const SettingLine*> losers;
  for (const auto& line : answer.lines) {
    if (line.fate != Fate::decides) losers.push_back(&line);
  }
  if (losers.empty()) return;
  page.blank();
  page.add({{.text = "what does not count, in the order read:"}});
  const auto skipped = losers.size() - std::min(losers.size(), kMostLosers);
  if (skipped != 0) {
    page.add({{.text = "after " + counted(skipped, "further line") + " (--format json lists them)", .column = 2}});
  }
  for (auto i = skipped; i < losers.size(); ++i) add_loser(page, *losers[i], answer);
}

/// What the line under the line says.
std::string word_for(const Why& why) {
  if (!why.late_module.empty()) return "too early: the key is not there yet";
  return why.writers.empty() ? "decides" : "decides, until " + why.writers.front().owner + " writes it";
}

void add_decider(Page& page, const Why& why) {
  const auto* line = why.answers.empty() ? nullptr : why.answers.front().deciding();
  if (line == nullptr) return;
  page.blank();
  if (why.frame) add_frame(page, *why.frame, word_for(why));
  if (line->managed_by.empty()) return;
  page.add({{.text = line->managed_by + " writes this line: change it there, or it comes back", .column = 2}}, 4);
}

}  // namespace

void add_lines(Page& page, const Why& why) {
  if (why.answers.empty()) return;
  add_decider(page, why);
  add_losers(page, why.answers.front());
}

}  // namespace preflight::text
