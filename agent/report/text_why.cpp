// SPDX-License-Identifier: Apache-2.0
// From the answer to its grounds: now and after the next boot first, then the line that decides, then those that do
// not.
#include "agent/report/text_why.h"

#include <algorithm>

#include "agent/report/text_frame.h"
#include "agent/report/text_page.h"
#include "agent/report/text_words.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

using text::Ink;
using text::Page;

constexpr std::size_t kMostLosers = 8;
constexpr std::size_t kMostDemands = 5;
constexpr std::size_t kMostWriters = 5;
constexpr std::size_t kMostRunning = 4;
constexpr std::size_t kValueColumn = 20;
constexpr std::size_t kSourceColumn = 28;

/// A value on one line; the kernel writes tabs between the numbers of a range.
std::string shown(std::string_view value) {
  std::string text;
  for (const auto word : words(value)) text += (text.empty() ? "" : " ") + std::string(word);
  return text.empty() ? "(empty)" : text;
}

/// "65535 now" or "not known now", "not set".
std::optional<std::string> now_of(const Why& why) {
  if (why.running.empty() || !why.running.front().value) return std::nullopt;
  return shown(*why.running.front().value);
}

void add_headline(Page& page, const Why& why) {
  const text::Span name{.text = why.name + ":", .ink = Ink::strong};
  const auto now = now_of(why);
  const auto then = why.after_boot();
  if (!then) {
    const std::string known = now ? *now + " now; " : "";
    return page.add({name, {.text = known + "what it is after the next boot is not known"}});
  }
  if (!now) return page.add({name, {.text = shown(*then) + " after the next boot"}});
  if (same_value(*now, *then)) return page.add({name, {.text = *now + " now and after the next boot"}});
  page.add({name, {.text = *now + " now,"}, {.text = shown(*then) + " after the next boot", .ink = Ink::warning}});
}

void add_row(Page& page, std::string label, std::string value, std::string source) {
  page.add({{.text = std::move(label), .column = 2},
            {.text = std::move(value), .ink = Ink::strong, .column = kValueColumn},
            {.text = std::move(source), .column = kSourceColumn}},
           kSourceColumn);
}

/// "systemd-sysctl, /etc/sysctl.d/99-sysctl.conf:12"
std::string source_of(const BootAnswer& answer) {
  if (answer.error) return describe(*answer.error);
  if (const auto* line = answer.deciding()) return line->place();
  return answer.lines.empty() ? "no file sets it" : "none of the lines counts";
}

std::string value_of(const BootAnswer& answer, bool late) {
  if (answer.error) return "not known";
  if (!answer.value) return "not set";
  return late ? "skipped" : shown(*answer.value);
}

void add_answer(Page& page, const std::string& label, const BootAnswer& answer, std::string value,
                const std::string& by) {
  add_row(page, label, std::move(value), by + source_of(answer));
}

bool differs(const BootAnswer& a, const BootAnswer& b) {
  if (a.error || b.error) return a.error != b.error;
  if (a.value.has_value() != b.value.has_value()) return true;
  return a.value && !same_value(*a.value, *b.value);
}

void add_running(Page& page, const Why& why) {
  const auto shown_values = std::min(why.running.size(), kMostRunning);
  for (std::size_t i = 0; i < shown_values; ++i) {
    const auto& each = why.running[i];
    const bool several = why.running.size() > 1;
    if (each.value) {
      add_row(page, "now", shown(*each.value), several ? each.where : "");
    } else if (!is_offline_tree(each.value.error())) {
      add_row(page, "now", "not known", describe(each.value.error()));
    }
  }
  if (shown_values < why.running.size()) {
    page.add({{.text = "and " + std::to_string(why.running.size() - shown_values) + " more", .column = kSourceColumn}});
  }
}

void add_writers(Page& page, const Why& why) {
  const auto shown_writers = std::min(why.writers.size(), kMostWriters);
  for (std::size_t i = 0; i < shown_writers; ++i) {
    const auto& writer = why.writers[i];
    const std::string place = writer.file + (writer.line == 0 ? "" : ":" + std::to_string(writer.line));
    add_row(page, "then", writer.value.empty() ? "not known" : shown(writer.value), writer.owner + ", " + place);
  }
  if (shown_writers < why.writers.size()) {
    page.add(
        {{.text = "and " + std::to_string(why.writers.size() - shown_writers) + " more", .column = kSourceColumn}});
  }
  if (why.writers_error) add_row(page, "then", "not known", describe(*why.writers_error));
}

void add_values(Page& page, const Why& why) {
  add_running(page, why);
  if (!why.answers.empty()) {
    const auto& boot = why.answers.front();
    add_answer(page, "next boot", boot, value_of(boot, !why.late_module.empty()), boot.by + ", ");
    add_writers(page, why);
    for (std::size_t i = 1; i < why.answers.size(); ++i) {
      const auto& other = why.answers[i];
      if (differs(other, boot)) add_answer(page, other.by, other, value_of(other, false), "");
    }
  }
  if (why.initial) add_row(page, "otherwise", shown(*why.initial), why.initial_from);
}

/// What became of a line that does not decide.
std::string fate_of(const SettingLine& line, const BootAnswer& answer) {
  switch (line.fate) {
    case Fate::decides:
      return "decides";
    case Fate::overridden:
      return line.by.empty() ? "overridden by a later line" : "overridden by " + line.by;
    case Fate::hidden:
      return line.by.empty() ? "not read by " + answer.by : "hidden by " + line.by;
    case Fate::excepted:
      return "a pattern, and the key is named" + (line.by.empty() ? " elsewhere" : " in " + line.by);
    case Fate::excepts:
      return "sets nothing: it keeps patterns from the key";
    case Fate::refused:
      return "refused by the kernel: what was there before stays";
    case Fate::ignored:
      break;
  }
  return answer.by + " takes no such value, and says so in its log alone";
}

/// A stroke for every terminal, and a struck line where there is colour.
void add_loser(Page& page, const SettingLine& line, const BootAnswer& answer) {
  page.add({{.text = "x", .ink = Ink::error, .column = 2},
            {.text = line.place(), .ink = Ink::struck},
            {.text = line.text, .ink = Ink::struck}},
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
    page.add(
        {{.text = "after " + text::counted(skipped, "further line") + " (--format json lists them)", .column = 2}});
  }
  for (auto i = skipped; i < losers.size(); ++i) add_loser(page, *losers[i], answer);
}

void add_decider(Page& page, const Why& why) {
  const auto* line = why.answers.empty() ? nullptr : why.answers.front().deciding();
  if (line == nullptr) return;
  page.blank();
  if (why.frame) text::add_frame(page, *why.frame, "decides");
  if (line->managed_by.empty()) return;
  page.add({{.text = line->managed_by + " writes this line: change it there, or it comes back", .column = 2}}, 4);
}

std::string verdict_of(const SettingDemand& demand) {
  const auto word = [](const std::optional<bool>& met) { return !met ? "not known" : *met ? "met" : "not met"; };
  if (demand.met_now == demand.met_at_boot) return demand.met_now ? word(demand.met_now) : "";
  return std::string(word(demand.met_now)) + " now, " + word(demand.met_at_boot) + " after the next boot";
}

void add_demand(Page& page, const SettingDemand& demand) {
  const auto verdict = verdict_of(demand);
  const bool lacks = demand.met_now == false || demand.met_at_boot == false;
  const std::string whose = demand.instance.empty() ? "" : demand.instance + ": ";
  page.add({{.text = whose + demand.what + (verdict.empty() ? "" : ":"), .column = 2},
            {.text = verdict, .ink = lacks ? Ink::warning : Ink::good}},
           4);
  if (!demand.terms.empty()) page.add({{.text = text::arithmetic(demand.terms), .ink = Ink::faint, .column = 4}}, 6);
}

void add_demands(Page& page, const Why& why) {
  page.blank();
  const bool none = why.demands.empty() && why.demands_unknown.empty();
  page.add({{.text = none ? "no configuration here demands anything of it" : "what demands it:"}});
  const auto listed = std::min(why.demands.size(), kMostDemands);
  for (std::size_t i = 0; i < listed; ++i) add_demand(page, why.demands[i]);
  if (listed < why.demands.size()) {
    page.add(
        {{.text = "and " + text::counted(why.demands.size() - listed, "more demand") + " (--format json lists them)",
          .column = 2}});
  }
  for (const auto& error : why.demands_unknown) page.add({{.text = "not known: " + describe(error), .column = 2}}, 4);
}

void add_notes(Page& page, const Why& why) {
  for (const auto& note : why.notes) page.add({{.text = note, .column = 2}}, 4);
}

void add_checks(Page& page, const Why& why) {
  std::string ids;
  for (const auto id : why.checks) ids += (ids.empty() ? "" : ", ") + std::string(id);
  if (!ids.empty()) page.add({{.text = "checks that read it: " + ids}}, 2);
}

}  // namespace

std::string text_why(const Why& why, bool color) {
  Page page(color);
  add_headline(page, why);
  page.blank();
  add_values(page, why);
  add_notes(page, why);
  add_decider(page, why);
  if (!why.answers.empty()) add_losers(page, why.answers.front());
  add_demands(page, why);
  add_checks(page, why);
  return page.text();
}

}  // namespace preflight
