// SPDX-License-Identifier: Apache-2.0
// Numbers now and then, ports by what becomes of them, and sentences with the lines behind them.
#include "agent/report/json_candidate.h"

#include "agent/report/json_demand.h"

namespace preflight::json {
namespace {

std::string_view name_of(PortFate fate) {
  switch (fate) {
    case PortFate::opened:
      return "opened";
    case PortFate::reopened:
      return "reopened";
    case PortFate::closed:
      return "closed";
  }
  return {};
}

Json port_of(const PortChange& change) {
  return {{"fate", name_of(change.fate)},
          {"endpoint", change.endpoint},
          {"ports", change.ports},
          {"owner", change.owner},
          {"origin", origin(change.origin)}};
}

Json consequence_of(const Consequence& consequence) {
  return {{"text", consequence.text}, {"origin", origin(consequence.origin)}};
}

template <typename Items, typename Describe>
void write_list(Writer& out, std::string_view name, const Items& items, Describe&& describe) {
  out.key(name).array([&] {
    for (const auto& item : items) out.tree(describe(item));
  });
}

}  // namespace

void write_candidate(Writer& out, const CandidateChange& change) {
  out.object([&] {
    out.key("instance").text(change.instance->name);
    out.key("error").tree(change.compared ? Json() : error(change.compared.error()));
    write_differences(out.key("demand_changes"), change.demand);
    write_list(out, "ports", change.ports, port_of);
    write_list(out, "needs_restart", change.needs_restart, consequence_of);
    write_list(out, "forgotten", change.forgotten, consequence_of);
  });
}

}  // namespace preflight::json
