// SPDX-License-Identifier: Apache-2.0
// A rung that could not be computed is among the others, with the reason and without a number.
#include "agent/report/json_ladder.h"

#include "agent/report/json_demand.h"

namespace preflight::json {
namespace {

void write_rung(Writer& out, const Rung& rung, const Ladder& ladder) {
  out.object([&] {
    out.key("limit").text(to_string(rung.limit));
    out.key("instance").text(ladder.instance->name);
    out.key("subject").text(rung.subject.text);
    rung.connections ? out.key("connections").number(*rung.connections) : out.key("connections").null();
    out.key("kind").text(to_string(rung.kind));
    out.key("then").text(rung.then);
    out.key("assumes").optional_text(rung.assumes);
    out.key("aside").boolean(rung.aside);
    out.key("basis").optional_text(rung.connections ? to_string(rung.basis) : std::string_view());
    out.key("in_use").optional_number(rung.in_use);
    write_terms(out.key("terms"), rung.terms);
    out.key("error").tree(rung.connections ? Json() : error(rung.connections.error()));
  });
}

}  // namespace

void write_ladder(Writer& out, const std::vector<Ladder>& ladders) {
  out.array([&] {
    for (const auto& ladder : ladders) {
      for (const auto& rung : ladder.rungs) write_rung(out, rung, ladder);
      for (const auto& rung : ladder.bursts) write_rung(out, rung, ladder);
    }
  });
}

void write_what_if(Writer& out, const Report& report) {
  if (!report.as_is) return out.null();
  out.object([&] {
    out.key("text").text(report.as_is->what_if->text);
    write_ladder(out.key("ladder_now"), *report.as_is->ladders);
    write_differences(out.key("demand_changes"), differences(*report.as_is->demand, *report.demand));
  });
}

}  // namespace preflight::json
