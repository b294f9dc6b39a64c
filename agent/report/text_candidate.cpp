// SPDX-License-Identifier: Apache-2.0
// What a person wants to know before a reload: what changes for the host, and what the reload will not do.
#include "agent/report/text_parts.h"
#include "agent/report/text_words.h"
#include "probes/base/text.h"

namespace preflight::text {
namespace {

/// So many of a kind are told one by one; a configuration may have thousands.
constexpr std::size_t kToldSingly = 5;
constexpr std::size_t kLabelWidth = 16;

void add_row(Page& page, std::string_view label, std::string sentence) {
  page.add({{.text = std::string(label), .ink = Ink::faint, .column = 2},
            {.text = std::move(sentence), .column = 2 + kLabelWidth}},
           2 + kLabelWidth + 2);
}

std::string with_place(const std::string& text, const haproxy::Origin& origin) {
  return origin.written() ? text + " (" + origin.text() + ")" : text;
}

/// The first few, then how many more there are.
template <typename Items, typename Describe>
void add_list(Page& page, std::string_view label, const Items& items, Describe&& describe) {
  std::size_t told = 0;
  for (const auto& item : items) {
    if (told == kToldSingly) {
      add_row(page, "", "and " + grouped(static_cast<std::int64_t>(items.size() - told)) + " more");
      return;
    }
    add_row(page, told++ == 0 ? label : "", describe(item));
  }
}

std::string sentence_of(const PortChange& change) {
  std::string text = change.endpoint;
  if (change.ports > 1) text += ", " + grouped(change.ports) + " ports";
  return with_place(text + " of " + change.owner, change.origin);
}

void add_ports(Page& page, const std::vector<PortChange>& changes, PortFate fate, std::string_view label) {
  std::vector<PortChange> chosen;
  for (const auto& change : changes) {
    if (change.fate == fate) chosen.push_back(change);
  }
  add_list(page, label, chosen, sentence_of);
}

void add_candidate(Page& page, const CandidateChange& change) {
  page.add({{.text = "against what " + change.instance->name + " runs now", .ink = Ink::strong}});
  if (!change.compared) return add_row(page, "not compared", describe(change.compared.error()));
  if (change.empty()) return add_row(page, "no change", "that the host would notice");
  add_list(page, "demands", change.demand, [](const DemandDifference& each) { return words_of(each); });
  add_ports(page, change.ports, PortFate::opened, "opens");
  add_ports(page, change.ports, PortFate::reopened, "opens anew");
  add_ports(page, change.ports, PortFate::closed, "closes");
  const auto told = [](const Consequence& each) { return with_place(each.text, each.origin); };
  add_list(page, "needs a restart", change.needs_restart, told);
  add_list(page, "is forgotten", change.forgotten, told);
}

}  // namespace

void add_candidates(Page& page, const std::vector<CandidateChange>& candidates) {
  for (const auto& change : candidates) add_candidate(page, change);
}

}  // namespace preflight::text
