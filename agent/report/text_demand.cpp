// SPDX-License-Identifier: Apache-2.0
// What each configuration demands of the host, in three lines: descriptors, the longest queue, the busiest destination.
#include <algorithm>

#include "agent/report/text_parts.h"
#include "agent/report/text_words.h"
#include "probes/base/text.h"

namespace preflight::text {
namespace {

std::string_view words_of(Basis basis) {
  switch (basis) {
    case Basis::configured:
      return "";
    case Basis::automatic:
      return " (a ceiling haproxy derives itself)";
    case Basis::assumed:
      return " (assumed by policy)";
  }
  return "";
}

std::string descriptors_of(const InstanceDemand& demand) {
  if (!demand.file_descriptors) return "descriptors: not known, " + describe(demand.file_descriptors.error());
  const auto& quantity = *demand.file_descriptors;
  std::string text = grouped(quantity.value) + " descriptors" + std::string(words_of(quantity.basis));
  if (!quantity.terms.empty()) text += " = " + arithmetic(quantity.terms);
  return text;
}

std::string backlog_of(const BacklogDemand& largest) {
  if (!largest.backlog) return "accept queue: not known, " + describe(largest.backlog.error());
  const auto& quantity = *largest.backlog;
  std::string text = "accept queue of up to " + grouped(quantity.value) + std::string(words_of(quantity.basis));
  if (largest.proxy != nullptr) text += ", by " + largest.proxy->name;
  if (largest.bind != nullptr && largest.bind->origin.written()) text += " (" + largest.bind->origin.text() + ")";
  return text;
}

/// Destinations whose load is not known rank last.
bool less_busy(const SourcePortsDemand& a, const SourcePortsDemand& b) {
  return (a.connections ? a.connections->value : -1) < (b.connections ? b.connections->value : -1);
}

std::string busiest_of(const std::vector<SourcePortsDemand>& tuples) {
  const auto& busiest = *std::max_element(tuples.begin(), tuples.end(), less_busy);
  if (!busiest.connections) return "connections to servers: not known, " + describe(busiest.connections.error());
  const auto& quantity = *busiest.connections;
  std::string text = "up to " + grouped(quantity.value) + " connections" + std::string(words_of(quantity.basis)) +
                     " to " + busiest.destination;
  if (busiest.source != "*") text += " from " + busiest.source;
  if (tuples.size() > 1) text += ", the busiest of " + counted(tuples.size(), "destination");
  return text;
}

std::string memory_of(const Result<Quantity>& memory) {
  if (!memory) return "memory: not known, " + describe(memory.error());
  std::string text = in_megabytes(memory->value) + " of memory" + std::string(words_of(memory->basis));
  if (!memory->terms.empty()) text += " = " + arithmetic(memory->terms);
  return text;
}

}  // namespace

void add_demand(Page& page, const Demand& demand) {
  for (const auto& each : demand.instances) {
    page.add({{.text = "demand of " + (each.instance != nullptr ? each.instance->name : "the assumed instance"),
               .ink = Ink::strong}});
    page.add({{.text = descriptors_of(each), .column = 2}}, 4);
    if (const auto* largest = each.largest_backlog(); largest != nullptr) {
      page.add({{.text = backlog_of(*largest), .column = 2}}, 4);
    }
    if (!each.source_ports.empty()) page.add({{.text = busiest_of(each.source_ports), .column = 2}}, 4);
    page.add({{.text = memory_of(each.memory), .column = 2}}, 4);
  }
}

}  // namespace preflight::text
