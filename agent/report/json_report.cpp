// SPDX-License-Identifier: Apache-2.0
// "lbpreflight.report/1": every check and subject, passes included, in one shape a program can rely on.
#include <array>
#include <ctime>

#include "agent/report/json.h"
#include "agent/report/json_parts.h"
#include "policies/listening.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

using json::Json;

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

Json terms_of(const std::vector<Term>& terms) {
  Json list = Json::array();
  for (const auto& term : terms) {
    const bool written = term.origin.written() && term.origin.file != nullptr;
    list.push_back({{"label", term.label},
                    {"value", term.value},
                    {"file", written ? Json(*term.origin.file) : Json()},
                    {"line", written ? Json(term.origin.line) : Json()}});
  }
  return list;
}

Json measure_of(const Measure& measure) {
  Json value;
  visit(
      measure.value, [](std::monostate) {}, [&](std::int64_t number) { value = number; },
      [&](const std::string& text) { value = text; });
  return {{"value", std::move(value)}, {"unit", json::optional_text(measure.unit)}, {"text", measure.text}};
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

Json expectation_of(const Expectation& expectation) {
  Json value = measure_of(expectation.measure);
  value["relation"] = name_of(expectation.relation);
  return value;
}

Json where_of(const Where& where) {
  if (where.origin.written()) return json::origin(where.origin);
  return where.object.empty() ? Json() : Json{{"object", where.object}};
}

void describe_detail(Json& value, const Detail& detail) {
  if (detail.observed) value["observed"] = measure_of(*detail.observed);
  if (detail.expected) value["expected"] = expectation_of(*detail.expected);
  value["why"] = json::optional_text(detail.why);
  value["where"] = where_of(detail.where);
  value["evidence"] = detail.evidence;
  value["terms"] = terms_of(detail.terms);
}

void describe_outcome(Json& value, const CheckResult& result) {
  visit(
      result.outcome,
      [&](const Pass& pass) {
        value["outcome"] = "pass";
        describe_detail(value, pass.detail);
      },
      [&](const Fail& failure) {
        value["outcome"] = "fail";
        value["severity"] = to_string(result.severity);
        value["prevents_start"] = failure.prevents_start;
        describe_detail(value, failure.detail);
      },
      [&](const NotApplicable& idle) {
        value["outcome"] = "not_applicable";
        value["why"] = json::optional_text(idle.reason);
      },
      [&](const Unknown& unknown) {
        value["outcome"] = "unknown";
        value["severity"] = to_string(result.severity);
        value["why"] = describe(unknown.error);
        value["error"] = json::error(unknown.error);
      });
}

Json waiver_of(const Waiver& waiver) {
  return {{"subject", waiver.subject},
          {"reason", waiver.reason},
          {"owner", waiver.owner},
          {"expires", to_string(waiver.expires)},
          {"file", json::optional_text(waiver.place.file)},
          {"line", waiver.place.line == 0 ? Json() : Json(waiver.place.line)}};
}

Json result_of(const CheckResult& result) {
  const auto& check = *result.check;
  Json value = {{"check", check.id},
                {"subject", result.subject.text},
                {"outcome", nullptr},
                {"severity", nullptr},
                {"title", check.title},
                {"observed", nullptr},
                {"expected", nullptr},
                {"why", nullptr},
                {"where", nullptr},
                {"evidence", Json::array()},
                {"terms", Json::array()},
                {"error", nullptr},
                {"prevents_start", false},
                {"advice", json::optional_text(check.advice)},
                {"remedy", json::optional_text(check.remedy)},
                {"waiver", nullptr},
                {"consequence_of", nullptr}};
  describe_outcome(value, result);
  if (result.waiver != nullptr) value["waiver"] = waiver_of(*result.waiver);
  if (result.consequence_of) {
    value["consequence_of"] = {{"check", result.consequence_check}, {"subject", result.consequence_of->text}};
  }
  return value;
}

/// A quantity that could not be computed is in the list too, with the reason.
Json demand_entry(std::string_view name, const InstanceDemand& demand, Json subject, const Result<Quantity>& quantity) {
  return {{"name", name},
          {"instance", demand.instance == nullptr ? Json() : Json(demand.instance->name)},
          {"subject", std::move(subject)},
          {"value", quantity ? Json(quantity->value) : Json()},
          {"basis", quantity ? Json(to_string(quantity->basis)) : Json()},
          {"terms", quantity ? terms_of(quantity->terms) : Json::array()},
          {"error", quantity ? Json() : json::error(quantity.error())}};
}

Json listener_of(const BacklogDemand& backlog) {
  return backlog.bind == nullptr ? Json() : Json(subject_of(*backlog.bind).text);
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

void add_demand(Json& list, const InstanceDemand& demand) {
  list.push_back(demand_entry("file_descriptors", demand, nullptr, demand.file_descriptors));
  for (const auto& each : demand.backlog) {
    list.push_back(demand_entry("backlog", demand, listener_of(each), each.backlog));
  }
  for (const auto& each : demand.source_ports) {
    const auto about = subject::tuple(each.source, each.destination);
    list.push_back(demand_entry("source_ports", demand, about.text, each.connections));
  }
  list.push_back(demand_entry("conntrack", demand, nullptr, demand.conntrack));
  list.push_back(demand_entry("ports", demand, nullptr, ports_of(demand.ports)));
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

std::string json_report(const Report& report) {
  Json instances = Json::array();
  for (const auto& each : report.facts->instances) instances.push_back(instance_of(each, report.facts->host.kind));
  Json demand = Json::array();
  for (const auto& each : report.demand->instances) add_demand(demand, each);
  Json results = Json::array();
  for (const auto& each : report.assessment->results) results.push_back(result_of(each));
  return json::bytes({{"schema", "lbpreflight.report/1"},
                      {"tool", json::tool()},
                      {"taken_at", timestamp(report.taken_at)},
                      {"took_ms", report.took.count()},
                      {"host", json::host(report.facts->host)},
                      {"instances", std::move(instances)},
                      {"demand", std::move(demand)},
                      {"results", std::move(results)},
                      {"summary", summary_of(report.summary)},
                      {"fail_on", to_string(report.fail_on)},
                      {"exit_code", report.exit_code},
                      {"notes", report.notes}});
}

}  // namespace preflight
