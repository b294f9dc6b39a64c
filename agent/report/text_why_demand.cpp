// SPDX-License-Identifier: Apache-2.0
// The quantities with their arithmetic, then the findings that follow from the value.
#include <algorithm>

#include "agent/report/text_why_parts.h"
#include "agent/report/text_words.h"
#include "probes/base/text.h"

namespace preflight::text {
namespace {

constexpr std::size_t kMostDemands = 3;
constexpr std::size_t kMostVerdicts = 3;

std::string_view grounds_of(Basis basis) {
  switch (basis) {
    case Basis::configured:
      return "";
    case Basis::automatic:
      return " (automatic: haproxy takes what its limit gives)";
    case Basis::assumed:
      break;
  }
  return " (assumed by the policy)";
}

/// "haproxy.service: 20,000 connections in the accept queue of *:443"
void add_demand(Page& page, const SettingDemand& demand) {
  if (!demand.quantity) {
    const auto why = describe(demand.quantity.error());
    return page.add({{.text = demand.instance + ": " + demand.what + ", not known: " + why, .column = 2}}, 4);
  }
  const auto& quantity = *demand.quantity;
  page.add({{.text = demand.instance + ":", .column = 2},
            {.text = grouped(quantity.value), .ink = Ink::strong},
            {.text = demand.what + std::string(grounds_of(quantity.basis))}},
           4);
  if (quantity.terms.size() > 1 || (!quantity.terms.empty() && quantity.terms.front().origin.written())) {
    page.add({{.text = arithmetic(quantity.terms), .ink = Ink::faint, .column = 4}}, 6);
  }
}

void add_quantities(Page& page, const Why& why) {
  const bool none = why.demands.empty() && why.demands_unknown.empty();
  page.add({{.text = none ? "no configuration here demands a number of it" : "what demands it:"}});
  const auto listed = std::min(why.demands.size(), kMostDemands);
  for (std::size_t i = 0; i < listed; ++i) add_demand(page, why.demands[i]);
  if (listed < why.demands.size()) {
    page.add({{.text = "and " + counted(why.demands.size() - listed, "more demand") + " (--format json lists them)",
               .column = 2}});
  }
  for (const auto& error : why.demands_unknown) page.add({{.text = "not known: " + describe(error), .column = 2}}, 4);
}

Ink ink_of(Standing standing) {
  return standing == Standing::error ? Ink::error : standing == Standing::warning ? Ink::warning : Ink::plain;
}

/// "somaxconn_covers_backlog: fine now, warning after the next boot"
void add_verdict(Page& page, const SettingVerdict& verdict) {
  const std::string now(to_string(verdict.now));
  const std::string then(to_string(verdict.then));
  const auto when = now == then ? now + " now and" : now + " now, " + then;
  page.add({{.text = std::string(verdict.check) + ":", .column = 2},
            {.text = when + " after the next boot", .ink = ink_of(std::max(verdict.now, verdict.then))}},
           4);
  page.add({{.text = verdict.why, .column = 4}}, 6);
}

void add_verdicts(Page& page, const Why& why) {
  const auto listed = std::min(why.verdicts.size(), kMostVerdicts);
  for (std::size_t i = 0; i < listed; ++i) add_verdict(page, why.verdicts[i]);
  if (listed == why.verdicts.size()) return;
  page.add({{.text = "and " + counted(why.verdicts.size() - listed, "more finding") + " (--format json lists them)",
             .column = 2}});
}

void add_checks(Page& page, const Why& why) {
  std::string ids;
  for (const auto id : why.checks) ids += (ids.empty() ? "" : ", ") + std::string(id);
  if (!ids.empty()) page.add({{.text = "checks that read it: " + ids}}, 2);
}

}  // namespace

void add_demands(Page& page, const Why& why) {
  page.blank();
  add_quantities(page, why);
  add_verdicts(page, why);
  add_checks(page, why);
}

}  // namespace preflight::text
