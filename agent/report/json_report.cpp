// SPDX-License-Identifier: Apache-2.0
// "lbpreflight.report/1": every check and subject, passes included, in one shape a program can rely on.
#include <array>
#include <ctime>

#include "agent/report/json.h"
#include "agent/report/json_parts.h"
#include "agent/report/json_writer.h"
#include "policies/listening.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

using json::Json;
using json::Writer;

/// RFC 3339 in UTC.
std::string timestamp(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  std::array<char, 64> text{};
  if (gmtime_r(&time, &parts) == nullptr) return "1970-01-01T00:00:00Z";
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

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

void write_terms(Writer& out, const std::vector<Term>& terms) {
  out.array([&] {
    for (const auto& term : terms) {
      const bool written = term.origin.written() && term.origin.file != nullptr;
      out.object([&] {
        out.key("label").text(term.label);
        out.key("value").number(term.value);
        written ? out.key("file").text(*term.origin.file) : out.key("file").null();
        written ? out.key("line").number(term.origin.line) : out.key("line").null();
      });
    }
  });
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
  write_terms(out.key("terms"), detail.terms);
}

Json waiver_of(const Waiver& waiver) {
  return {{"subject", waiver.subject},
          {"reason", waiver.reason},
          {"owner", waiver.owner},
          {"expires", to_string(waiver.expires)},
          {"file", json::optional_text(waiver.place.file)},
          {"line", waiver.place.line == 0 ? Json() : Json(waiver.place.line)}};
}

void write_result(Writer& out, const CheckResult& result) {
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
  });
}

/// How many ports the configuration binds, one term for each line that binds some.
Quantity ports_of(const std::vector<PortDemand>& ports) {
  Quantity total{.basis = Basis::configured};
  for (const auto& port : ports) {
    const std::int64_t count = port.bind == nullptr ? 1 : port.bind->address.port_count();
    total.value += count;
    total.terms.push_back({port.owner, count, port.bind == nullptr ? haproxy::Origin{} : port.bind->origin});
  }
  return total;
}

/// The demands of one instance; a quantity that could not be computed is among them, with the reason.
class DemandList {
 public:
  DemandList(Writer& out, const InstanceDemand& demand) : out_(out), demand_(demand) {}

  void write() const {
    entry("file_descriptors", {}, demand_.file_descriptors);
    for (const auto& each : demand_.backlog) entry("backlog", listener_of(each), each.backlog);
    for (const auto& each : demand_.source_ports) {
      entry("source_ports", subject::tuple(each.source, each.destination).text, each.connections);
    }
    entry("conntrack", {}, demand_.conntrack);
    entry("ports", {}, ports_of(demand_.ports));
  }

 private:
  static std::string listener_of(const BacklogDemand& backlog) {
    return backlog.bind == nullptr ? std::string() : subject_of(*backlog.bind).text;
  }

  void entry(std::string_view name, std::string_view subject, const Result<Quantity>& quantity) const {
    out_.object([&] {
      out_.key("name").text(name);
      demand_.instance == nullptr ? out_.key("instance").null() : out_.key("instance").text(demand_.instance->name);
      out_.key("subject").optional_text(subject);
      quantity ? out_.key("value").number(quantity->value) : out_.key("value").null();
      out_.key("basis").optional_text(quantity ? to_string(quantity->basis) : std::string_view());
      write_terms(out_.key("terms"), quantity ? quantity->terms : std::vector<Term>());
      out_.key("error").tree(quantity ? Json() : json::error(quantity.error()));
    });
  }

  Writer& out_;
  const InstanceDemand& demand_;
};

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
    out.key("taken_at").text(timestamp(report.taken_at));
    out.key("took_ms").number(report.took.count());
    out.key("host").tree(json::host(report.facts->host));
    out.key("instances").array([&] {
      for (const auto& each : report.facts->instances) out.tree(instance_of(each, report.facts->host.kind));
    });
    out.key("demand").array([&] {
      for (const auto& each : report.demand->instances) DemandList(out, each).write();
    });
    out.key("results").array([&] {
      for (const auto& each : report.assessment->results) write_result(out, each);
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
