// SPDX-License-Identifier: Apache-2.0
// What is written is read back field by field, and nothing else is taken for a plan: root will carry it out.
#include "remediations/plan_json.h"

#include <array>

#include "probes/base/text.h"
#include "probes/base/utc_time.h"
#include "remediations/change_json.h"
#include "remediations/digest.h"

namespace preflight {
namespace {

using Json = nlohmann::ordered_json;

/// The alternative of an enumeration whose name this is.
template <typename Enum>
Enum read_name(const JsonFields& fields, std::string_view name, std::initializer_list<Enum> all) {
  const auto text = fields.text(name);
  for (const auto each : all) {
    if (to_string(each) == text) return each;
  }
  fields.complain(name, "a known name");
  return *all.begin();
}

Severity read_severity(const JsonFields& fields) {
  return read_name(fields, "severity", {Severity::info, Severity::warning, Severity::error});
}

Json step_json(const Step& step) {
  return {{"change", change_json(step.change)},
          {"describe", describe(step.change)},
          {"tier", to_string(step.tier)},
          {"remedies", step.remedies},
          {"why", step.why}};
}

Step read_step(const JsonFields& fields) {
  Step step;
  fields.object("change", [&](const JsonFields& inner) { step.change = read_change(inner); });
  step.tier = read_name(fields, "tier", {Tier::safe, Tier::disruptive, Tier::display_only});
  step.remedies = fields.texts("remedies");
  step.why = fields.texts("why");
  return step;
}

Json cure_json(const Cure& cure) {
  return {
      {"check", cure.check},       {"subject", cure.subject}, {"severity", to_string(cure.severity)}, {"why", cure.why},
      {"expected", cure.expected}, {"remedy", cure.remedy},   {"outlook", to_string(cure.outlook)}};
}

Cure read_cure(const JsonFields& fields) {
  Cure cure;
  cure.check = fields.text("check");
  cure.subject = fields.text("subject");
  cure.severity = read_severity(fields);
  cure.why = fields.text("why");
  cure.expected = fields.text("expected");
  cure.remedy = fields.text("remedy");
  cure.outlook = read_name(fields, "outlook", {Outlook::resolved, Outlook::pending_reload, Outlook::pending_restart});
  return cure;
}

Json uncured_json(const Uncured& left) {
  return {{"check", left.check}, {"subject", left.subject}, {"severity", to_string(left.severity)},
          {"why", left.why},     {"reason", left.reason},   {"todo", left.todo}};
}

Uncured read_uncured(const JsonFields& fields) {
  return {.check = fields.text("check"),
          .subject = fields.text("subject"),
          .severity = read_severity(fields),
          .why = fields.text("why"),
          .reason = fields.text("reason"),
          .todo = fields.texts("todo")};
}

Json forecast_json(const KeyForecast& forecast) {
  return {{"key", forecast.key},
          {"running_before", forecast.running_before},
          {"running_after", forecast.running_after},
          {"boot_before", forecast.boot_before},
          {"boot_after", forecast.boot_after},
          {"decider_before", forecast.decider_before},
          {"decider_after", forecast.decider_after},
          {"by_hand_after", forecast.by_hand_after}};
}

KeyForecast read_forecast(const JsonFields& fields) {
  return {.key = fields.text("key"),
          .running_before = fields.text("running_before"),
          .running_after = fields.text("running_after"),
          .boot_before = fields.text("boot_before"),
          .boot_after = fields.text("boot_after"),
          .decider_before = fields.text("decider_before"),
          .decider_after = fields.text("decider_after"),
          .by_hand_after = fields.text("by_hand_after")};
}

Json request_json(const PlanRequest& request) {
  return {{"configs", request.configs}, {"instance", request.instance}, {"policies", request.policies},
          {"only", request.only},       {"skip", request.skip},         {"allow_restart", request.allow_restart}};
}

PlanRequest read_request(const JsonFields& fields) {
  return {.configs = fields.texts("configs"),
          .instance = fields.text("instance"),
          .policies = fields.texts("policies"),
          .only = fields.texts("only"),
          .skip = fields.texts("skip"),
          .allow_restart = fields.boolean("allow_restart")};
}

template <typename T, typename F>
Json list_of(const std::vector<T>& values, F&& one) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(one(value));
  return list;
}

/// Everything but the digest. Names and paths may be no UTF-8: what is not becomes a replacement character.
Json content_json(const Plan& plan) {
  Json json;
  json["schema"] = kPlanSchema;
  json["host"] = plan.host;
  json["made_at"] = rfc3339(plan.made_at);
  json["request"] = request_json(plan.request);
  json["steps"] = list_of(plan.steps, step_json);
  json["cures"] = list_of(plan.cures, cure_json);
  json["uncured"] = uncured_document(plan.uncured);
  json["forecasts"] = list_of(plan.forecasts, forecast_json);
  json["pending"] = plan.pending;
  json["looks_take_ms"] = plan.looks_take.count();
  Json grounds = Json::object();
  for (const auto& [name, value] : plan.grounds) grounds[name] = value;
  json["grounds"] = std::move(grounds);
  return json;
}

std::string digest_of(const Json& content) {
  return digest(content.dump(-1, ' ', true, Json::error_handler_t::replace));
}

Plan read_content(const JsonFields& fields) {
  Plan plan;
  plan.host = fields.text("host");
  const auto made_at = parse_rfc3339(fields.text("made_at"));
  if (!made_at) fields.complain("made_at", "a time");
  plan.made_at = made_at.value_or(0);
  fields.object("request", [&](const JsonFields& inner) { plan.request = read_request(inner); });
  fields.each("steps", [&](const JsonFields& inner) { plan.steps.push_back(read_step(inner)); });
  fields.each("cures", [&](const JsonFields& inner) { plan.cures.push_back(read_cure(inner)); });
  fields.each("uncured", [&](const JsonFields& inner) { plan.uncured.push_back(read_uncured(inner)); });
  fields.each("forecasts", [&](const JsonFields& inner) { plan.forecasts.push_back(read_forecast(inner)); });
  plan.pending = fields.texts("pending");
  plan.looks_take = std::chrono::milliseconds(fields.number("looks_take_ms"));
  fields.each_text("grounds", [&](const std::string& name, const std::string& value) { plan.grounds[name] = value; });
  return plan;
}

}  // namespace

Json uncured_document(const std::vector<Uncured>& uncured) { return list_of(uncured, uncured_json); }

Json plan_document(const Plan& plan) {
  auto json = content_json(plan);
  json["digest"] = digest_of(json);
  return json;
}

std::string plan_digest(const Plan& plan) { return digest_of(content_json(plan)); }

Result<Plan> read_plan_document(const Json& document) {
  std::string wrong;
  const JsonFields fields(document, "", wrong);
  if (fields.text("schema") != kPlanSchema) fields.complain("schema", kPlanSchema);
  auto plan = read_content(fields);
  const auto said = fields.text("digest");
  if (wrong.empty() && said != plan_digest(plan)) wrong = "its digest is of another content: it was edited";
  if (!wrong.empty()) return fail(std::errc::bad_message, "plan", wrong);
  return plan;
}

Result<Plan> read_plan(std::string_view text, const std::string& name) {
  const auto document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return fail(std::errc::bad_message, name, "is not JSON");
  auto plan = read_plan_document(document);
  if (!plan) return fail(std::errc::bad_message, name, "is not a plan of ours: " + plan.error().reason);
  return plan;
}

}  // namespace preflight
