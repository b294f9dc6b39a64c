// SPDX-License-Identifier: Apache-2.0
// The ladder for people: two lines for everybody, the rungs one by one on request, and both ladders of a "what if".
#include <algorithm>

#include "agent/report/text_parts.h"
#include "agent/report/text_words.h"
#include "policies/demand_difference.h"
#include "probes/base/text.h"

namespace preflight::text {
namespace {

constexpr std::size_t kMostInstances = 5;
constexpr std::size_t kMostRungs = 20;
constexpr std::size_t kMostDifferences = 10;
constexpr std::size_t kNumberColumns = 13;  // "2,147,483,647", right-aligned
constexpr std::size_t kRungColumn = kNumberColumns + 2;
constexpr std::size_t kTwoLines = 2 * kWidth - 10;  // words never fill a line

/// "maxconn at 8,000 connections (more clients wait)"
std::string told(const Rung& rung, std::string_view noun, bool brief) {
  return rung.name + " at " + grouped(*rung.connections) + std::string(noun) +
         (brief ? " (" + rung.brief + ")" : std::string());
}

std::string limits_of(const Ladder& ladder, bool brief) {
  const auto unknown = ladder.unknown();
  const Rung* first = ladder.first();
  std::string text = first != nullptr ? told(*first, " connections", brief) : "";
  if (const Rung* second = ladder.second(); second != nullptr) text += ", then " + told(*second, "", false);
  if (unknown.empty()) return text.empty() ? "none" : text;
  if (first == nullptr) return "not known (" + describe(unknown.front()->connections.error()) + ")";
  const auto more = unknown.size() > 1 ? " and " + std::to_string(unknown.size() - 1) + " more" : "";
  return text + "; not known: " + unknown.front()->name + more;
}

/// Two lines, where names let it: first what happens is left out.
std::string summary(std::string_view lead, const Ladder& ladder) {
  const std::string start = std::string(lead) + " ";
  const auto whole = limits_of(ladder, true);
  return start + (start.size() + whole.size() > kTwoLines ? limits_of(ladder, false) : whole);
}

std::string number_of(const Rung& rung) {
  std::string text = rung.connections ? grouped(*rung.connections) : "not known";
  if (text.size() < kNumberColumns) text.insert(0, kNumberColumns - text.size(), ' ');
  return text;
}

/// What stands behind the number: the arithmetic, what is in use, and the way the connections are assumed to take.
std::string grounds_of(const Rung& rung) {
  std::string text = arithmetic(rung.terms);
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  if (rung.in_use) add(grouped(*rung.in_use) + " in use now");
  if (!rung.assumes.empty()) add("if " + rung.assumes);
  return text;
}

void add_rung(Page& page, const Rung& rung) {
  const auto number = number_of(rung);
  const auto indent = number.find_first_not_of(' ');
  const auto what =
      rung.connections ? rung.name + ": " + rung.then : rung.name + ": " + describe(rung.connections.error());
  page.add(
      {{.text = number.substr(indent), .ink = Ink::strong, .column = indent}, {.text = what, .column = kRungColumn}},
      kRungColumn);
  if (const auto grounds = grounds_of(rung); rung.connections && !grounds.empty()) {
    page.add({{.text = grounds, .ink = Ink::faint, .column = kRungColumn + 2}}, kRungColumn + 4);
  }
}

void add_rungs(Page& page, const std::vector<Rung>& rungs) {
  const auto shown = std::min(rungs.size(), kMostRungs);
  for (std::size_t i = 0; i < shown; ++i) add_rung(page, rungs[i]);
  if (shown == rungs.size()) return;
  page.add({{.text = "and " + std::to_string(rungs.size() - shown) + " more (--format json lists them)",
             .column = kRungColumn}});
}

void add_differences(Page& page, const Report& report) {
  const auto all = differences(*report.as_is->demand, *report.demand);
  const auto shown = std::min(all.size(), kMostDifferences);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto whose = report.demand->instances.size() > 1 ? all[i].instance + ": " : std::string();
    page.add({{.text = whose + words_of(all[i]), .column = 2}}, 4);
  }
  if (shown < all.size()) {
    page.add({{.text = "and " + std::to_string(all.size() - shown) + " more differences (--format json lists them)",
               .column = 2}});
  }
}

const Ladder* ladder_of(const std::vector<Ladder>& ladders, const std::string& name) {
  const auto found =
      std::find_if(ladders.begin(), ladders.end(), [&](const Ladder& each) { return each.instance->name == name; });
  return found == ladders.end() ? nullptr : &*found;
}

}  // namespace

void add_first_limits(Page& page, const Report& report) {
  if (report.ladders == nullptr || report.as_is) return;
  const auto& ladders = *report.ladders;
  const auto shown = std::min(ladders.size(), kMostInstances);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto whose = ladders.size() > 1 ? ladders[i].instance->name + ": " : std::string();
    page.add({{.text = summary(whose + "first limit you will hit:", ladders[i])}});
  }
  if (shown < ladders.size()) page.add({{.text = "and " + counted(ladders.size() - shown, "more ladder")}});
}

void add_ladders(Page& page, const std::vector<Ladder>& ladders) {
  for (const auto& ladder : ladders) {
    page.add({{.text = "ladder of " + ladder.instance->name + ", in connections (lbpreflight explain ladder)",
               .ink = Ink::strong}});
    add_rungs(page, ladder.rungs);
    if (ladder.bursts.empty()) continue;
    page.add({{.text = "no levels but bursts: so many may wait to be accepted", .column = 2}});
    add_rungs(page, ladder.bursts);
  }
}

void add_what_if(Page& page, const Report& report) {
  if (!report.as_is) return;
  for (const auto& ladder : *report.ladders) {
    const auto whose = report.ladders->size() > 1 ? ladder.instance->name + ": " : std::string();
    if (const auto* now = ladder_of(*report.as_is->ladders, ladder.instance->name); now != nullptr) {
      page.add({{.text = summary(whose + "first limit now: ", *now)}});
    }
    page.add({{.text = summary(whose + "first limit then:", ladder)}});
  }
  add_differences(page, report);
}

}  // namespace preflight::text
