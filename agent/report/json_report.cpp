// SPDX-License-Identifier: Apache-2.0
// "lbpreflight.report/1": every check and subject, passes included, in one shape a program can rely on.
#include "agent/report/json.h"
#include "agent/report/json_candidate.h"
#include "agent/report/json_demand.h"
#include "agent/report/json_ladder.h"
#include "agent/report/json_parts.h"
#include "agent/report/json_writer.h"
#include "probes/base/utc_time.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

using json::Json;
using json::Writer;

std::string_view state_of(const haproxy::InstanceFacts& instance, HostKind kind) {
  if (kind == HostKind::tree) return "unknown";
  return instance.running() ? "running" : "stopped";
}

Json instance_of(const haproxy::InstanceFacts& instance, HostKind kind) {
  Json value = {{"name", instance.name},
                {"state", state_of(instance, kind)},
                {"workers", instance.workers().size()},
                {"old_workers", instance.old_workers().size()},
                {"config_source", json::name_of(instance.source)},
                {"files", Json::array()},
                {"lines", nullptr},
                {"config_error", nullptr},
                {"binary", nullptr},
                {"version", nullptr}};
  if (instance.config) {
    value["files"] = instance.config->files;
    value["lines"] = instance.config->lines;
  } else {
    value["config_error"] = json::error(instance.config.error());
  }
  if (instance.binary) {
    value["binary"] = instance.binary->path;
    value["version"] = instance.binary->version_text;
  }
  return value;
}

void write_members(Writer& out, const Measure& measure) {
  out.key("value");
  visit(
      measure.value, [&](std::monostate) { out.null(); }, [&](std::int64_t number) { out.number(number); },
      [&](const std::string& text) { out.text(text); });
  out.key("unit").optional_text(measure.unit);
  out.key("text").text(measure.text);
}

std::string_view name_of(Relation relation) {
  switch (relation) {
    case Relation::at_least:
      return "at_least";
    case Relation::at_most:
      return "at_most";
    case Relation::equal:
      return "equal";
    case Relation::outside:
      return "outside";
  }
  return {};
}

void write_where(Writer& out, const Where& where) {
  const auto& origin = where.origin;
  const bool line = origin.written() && origin.file != nullptr;
  if (!line && (origin.written() || where.object.empty())) return out.null();
  out.object([&] {
    if (!line) return out.key("object").text(where.object);
    out.key("file").text(*origin.file);
    out.key("line").number(origin.line);
    out.key("column").number(origin.column);
  });
}

/// What a result says beyond its verdict; the parts that an outcome has not are null or empty.
struct Told {
  std::string_view outcome;
  bool has_severity = false;
  const Detail* detail = nullptr;
  std::string why{};
  const Error* error = nullptr;
  bool prevents_start = false;
};

Told told_of(const Outcome& outcome) {
  return visit(
      outcome, [](const Pass& pass) { return Told{.outcome = "pass", .detail = &pass.detail, .why = pass.detail.why}; },
      [](const Fail& failure) {
        return Told{.outcome = "fail",
                    .has_severity = true,
                    .detail = &failure.detail,
                    .why = failure.detail.why,
                    .prevents_start = failure.prevents_start};
      },
      [](const NotApplicable& idle) { return Told{.outcome = "not_applicable", .why = idle.reason}; },
      [](const Unknown& unknown) {
        return Told{
            .outcome = "unknown", .has_severity = true, .why = describe(unknown.error), .error = &unknown.error};
      });
}

void write_detail(Writer& out, const Detail& detail, std::string_view why) {
  out.key("observed");
  detail.observed ? out.object([&] { write_members(out, *detail.observed); }) : out.null();
  out.key("expected");
  if (detail.expected) {
    out.object([&] {
      write_members(out, detail.expected->measure);
      out.key("relation").text(name_of(detail.expected->relation));
    });
  } else {
    out.null();
  }
  out.key("why").optional_text(why);
  write_where(out.key("where"), detail.where);
  out.key("evidence").array([&] {
    for (const auto& line : detail.evidence) out.text(line);
  });
  json::write_terms(out.key("terms"), detail.terms);
}

Json waiver_of(const Waiver& waiver) {
  return {{"subject", waiver.subject},
          {"reason", waiver.reason},
          {"owner", waiver.owner},
          {"expires", to_string(waiver.expires)},
          {"file", json::optional_text(waiver.place.file)},
          {"line", waiver.place.line == 0 ? Json() : Json(waiver.place.line)}};
}

void write_result(Writer& out, const CheckResult& result, bool supposed) {
  const auto& check = *result.check;
  const Told told = told_of(result.outcome);
  static const Detail kNone;
  out.object([&] {
    out.key("check").text(check.id);
    out.key("subject").text(result.subject.text);
    out.key("outcome").text(told.outcome);
    out.key("severity").optional_text(told.has_severity ? to_string(result.severity) : std::string_view());
    out.key("title").text(check.title);
    write_detail(out, told.detail != nullptr ? *told.detail : kNone, told.why);
    out.key("error").tree(told.error != nullptr ? json::error(*told.error) : Json());
    out.key("prevents_start").boolean(told.prevents_start);
    out.key("advice").optional_text(check.advice);
    out.key("remedy").optional_text(check.remedy);
    out.key("waiver").tree(result.waiver != nullptr ? waiver_of(*result.waiver) : Json());
    out.key("consequence_of")
        .tree(result.consequence_of
                  ? Json{{"check", result.consequence_check}, {"subject", result.consequence_of->text}}
                  : Json());
    out.key("what_if").boolean(supposed);
  });
}

Json summary_of(const Summary& summary) {
  return {{"pass", summary.pass},
          {"error", summary.error},
          {"warning", summary.warning},
          {"info", summary.info},
          {"not_checked", summary.not_checked},
          {"not_applicable", summary.not_applicable},
          {"waived", summary.waived}};
}

}  // namespace

void write_json_report(const Report& report, const json::Sink& sink) {
  Writer out(sink);
  out.object([&] {
    out.key("schema").text("lbpreflight.report/1");
    out.key("tool").tree(json::tool());
    out.key("taken_at").text(rfc3339(report.taken_at));
    out.key("took_ms").number(report.took.count());
    out.key("host").tree(json::host(report.facts->host));
    out.key("instances").array([&] {
      for (const auto& each : report.facts->instances) out.tree(instance_of(each, report.facts->host.kind));
    });
    out.key("demand").array([&] {
      for (const auto& each : report.demand->instances) json::write_demand(out, each);
    });
    out.key("destinations").array([&] {
      for (const auto& each : report.demand->instances) json::write_destinations(out, each);
    });
    json::write_ladder(out.key("ladder"), report.ladders != nullptr ? *report.ladders : std::vector<Ladder>());
    json::write_what_if(out.key("what_if"), report);
    if (!report.candidates.empty()) {
      out.key("candidates").array([&] {
        for (const auto& each : report.candidates) json::write_candidate(out, each);
      });
    }
    out.key("results").array([&] {
      for (const auto& each : report.assessment->results) write_result(out, each, report.as_is.has_value());
    });
    out.key("summary").tree(summary_of(report.summary));
    out.key("fail_on").text(to_string(report.fail_on));
    out.key("exit_code").number(report.exit_code);
    out.key("notes").array([&] {
      for (const auto& note : report.notes) out.text(note);
    });
  });
  out.finish();
}

std::string json_report(const Report& report) {
  std::string document;
  write_json_report(report, [&](std::string_view piece) { document += piece; });
  return document;
}

}  // namespace preflight
