// SPDX-License-Identifier: Apache-2.0
// What would be done first, then what it brings, then what is left.
#include "agent/report/text_plan.h"

#include <algorithm>

#include "agent/report/text_diff.h"
#include "agent/report/text_page.h"
#include "agent/report/text_parts.h"
#include "agent/report/text_words.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

using text::Ink;
using text::Page;

constexpr std::size_t kIndent = 2;

void add_steps(Page& page, const std::vector<Step>& steps) {
  std::size_t number = 0;
  for (const auto& step : steps) {
    const auto tier = step.tier == Tier::safe ? std::string() : " (" + std::string(to_string(step.tier)) + ")";
    page.add({{.text = std::to_string(++number) + ".", .ink = Ink::strong}, {.text = describe(step.change) + tier}}, 4);
    for (const auto& why : step.why) page.add({{.text = why, .ink = Ink::faint, .column = 4}}, 6);
    if (const auto* const write = std::get_if<FileWrite>(&step.change))
      text::add_diff(page, write->path, write->from, write->to);
  }
}

std::string risk_of(const Plan& plan) {
  const auto disrupts = [](const Step& step) { return step.tier == Tier::disruptive; };
  const bool any = std::any_of(plan.steps.begin(), plan.steps.end(), disrupts);
  return any ? ": connections are dropped" : ", safe: no connection notices";
}

/// "0.2 s, a daemon-reload, a restart of haproxy.service": how long the last two take is for systemd to say.
std::string time_of(const Plan& plan) {
  const auto tenths = (plan.looks_take.count() + 99) / 100;
  std::string text = std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  for (const auto& step : plan.steps) {
    if (std::holds_alternative<UnitsReload>(step.change)) text += ", a daemon-reload";
    if (const auto* const restart = std::get_if<UnitRestart>(&step.change))
      text += ", a restart of " + printable(restart->unit);
  }
  return text;
}

void add_cures(Page& page, const std::vector<Cure>& cures) {
  if (cures.empty()) return;
  page.blank();
  page.add({{.text = "Afterwards", .ink = Ink::strong}});
  for (const auto& cure : cures) {
    page.add({{.text = std::string(to_string(cure.outlook)), .ink = Ink::good, .column = kIndent},
              {.text = cure.check + " (" + printable(cure.subject) + ")", .column = 19}},
             21);
  }
}

std::string or_kernel(const std::string& value) { return value.empty() ? "the kernel's own" : printable(value); }

void add_forecasts(Page& page, const std::vector<KeyForecast>& forecasts) {
  for (const auto& one : forecasts) {
    std::string line = one.key + ": now " + printable(one.running_before) + " -> " + printable(one.running_after) +
                       ", next boot " + or_kernel(one.boot_before) + " -> " + or_kernel(one.boot_after);
    page.add({{.text = line, .column = kIndent}}, 4);
    if (!one.decider_after.empty() && one.decider_after != one.decider_before) {
      page.add({{.text = printable(one.decider_after) + " decides" +
                         (one.decider_before.empty() ? "" : " instead of " + printable(one.decider_before)),
                 .column = 4}},
               6);
    }
    if (!one.by_hand_after.empty()) {
      page.add({{.text = "`sysctl --system`, run by hand, would make it " + printable(one.by_hand_after),
                 .ink = Ink::warning,
                 .column = 4}},
               6);
    }
  }
}

void add_uncured(Page& page, const std::vector<Uncured>& uncured) {
  if (uncured.empty()) return;
  page.blank();
  page.add({{.text = "For a person", .ink = Ink::strong}});
  for (const auto& left : uncured) {
    auto word = text::word_for(left.severity);
    word.column = kIndent;
    page.add({word, {.text = left.check + " (" + printable(left.subject) + "): " + left.reason, .column = 11}}, 13);
    for (const auto& todo : left.todo) page.add({{.text = todo, .column = 13}}, 15);
  }
}

void add_pending(Page& page, const Plan& plan) {
  for (const auto& pending : plan.pending) {
    page.add({{.text = "still to do:", .ink = Ink::warning},
              {.text = pending + " (connections are lost); --allow-restart does it"}});
  }
}

}  // namespace

std::string text_plan(const Plan& plan, bool color) {
  Page page(color);
  if (plan.empty()) {
    page.add({{.text = plan.cures.empty() ? "Nothing to change." : "Nothing left to change.", .ink = Ink::good}});
  } else {
    page.add({{.text = text::counted(plan.steps.size(), "change") + risk_of(plan), .ink = Ink::strong}});
    page.add({{.text = "takes about " + time_of(plan), .ink = Ink::faint}});
    add_steps(page, plan.steps);
  }
  add_cures(page, plan.cures);
  add_forecasts(page, plan.forecasts);
  add_uncured(page, plan.uncured);
  add_pending(page, plan);
  return page.text();
}

}  // namespace preflight
