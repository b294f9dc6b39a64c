// SPDX-License-Identifier: Apache-2.0
// What the verbs that change a host tell machines, against the schemas that are shipped.
#include "agent/report/json_plan.h"

#include "tests/support/json_schema.h"
#include "tests/support/sample_plan.h"

namespace preflight {
namespace {

using nlohmann::ordered_json;

constexpr const char* kPlan = "lbpreflight.plan-1.schema.json";
constexpr const char* kChange = "lbpreflight.change-1.schema.json";
constexpr const char* kHistory = "lbpreflight.history-1.schema.json";

/// Every kind of change, every part of a plan.
Plan full_plan() {
  auto plan = test::sample_plan();
  plan.steps.push_back({.change = UnitsReload{}, .remedies = {"raise_nofile"}});
  plan.steps.push_back(
      {.change = UnitRestart{"haproxy.service"}, .tier = Tier::disruptive, .remedies = {"restart_haproxy"}});
  plan.steps.push_back({.change = FileWrite{"/etc/old", test::file_of("\xff"), std::nullopt}, .remedies = {"x"}});
  plan.steps.push_back(
      {.change =
           SelinuxEdit{
               .store = "targeted",
               .booleans = {{.name = "haproxy_connect_any", .kept_to = true}},
               .ports = {{.protocol = "tcp", .low = 8888, .high = 8890, .to = "system_u:object_r:http_port_t:s0"}}},
       .remedies = {"label_selinux_ports"}});
  plan.steps.push_back({.change = SelinuxRepair{"targeted"}, .remedies = {"repair_selinux_store"}});
  plan.cures.push_back({.check = "c", .subject = "s", .remedy = "r", .outlook = Outlook::pending_restart});
  plan.uncured.push_back({.check = "c", .subject = "s", .severity = Severity::error, .reason = "r", .todo = {"t"}});
  plan.forecasts.push_back({.key = "net.core.somaxconn", .running_before = "4096", .running_after = "30000"});
  plan.pending = {"restart haproxy.service"};
  plan.grounds = {{"machine-id", "x"}};
  return plan;
}

MutationReport full_report() {
  MutationReport report;
  report.verb = "apply";
  report.end = MutationEnd::refused;
  report.transactions = {7};
  report.recovered = {6};
  report.plan = full_plan();
  report.reasons = {"because"};
  for (const auto& step : report.plan.steps) report.edits.push_back({object_of(step.change), step.change, {}});
  report.exit_code = 6;
  return report;
}

std::string full_history() {
  Transaction one;
  one.id = 1;
  one.begun.actor.login = "uid 1000";
  one.begun.plan = full_plan();
  Transaction two = one;
  two.id = 2;
  two.begun.actor.login.clear();
  two.applied = Applied{};
  return json_history({one, two}, {"", "in force"});
}

TEST(JsonPlan, FollowsItsSchema) { test::expect_valid(kPlan, {json_plan(Plan{}), json_plan(full_plan())}); }

TEST(JsonMutation, FollowsItsSchema) {
  MutationReport nothing;
  nothing.verb = "revert";
  test::expect_valid(kChange, {json_mutation(nothing), json_mutation(full_report())});
}

TEST(JsonHistory, FollowsItsSchema) { test::expect_valid(kHistory, {json_history({}, {}), full_history()}); }

TEST(JsonPlan, ItsSchemaRefusesWhatIsWrong) {
  test::expect_refused(kPlan, json_plan(full_plan()),
                       {[](ordered_json& d) { d["schema"] = "lbpreflight.plan/2"; },
                        [](ordered_json& d) { d.erase("digest"); }, [](ordered_json& d) { d["digest"] = "sha256:1"; },
                        [](ordered_json& d) { d["steps"][0]["change"]["kind"] = "reboot"; },
                        [](ordered_json& d) { d["steps"][0]["tier"] = "brave"; },
                        [](ordered_json& d) { d["cures"][0]["outlook"] = "perhaps"; },
                        [](ordered_json& d) { d["diff"][0].erase("object"); },
                        [](ordered_json& d) { d["changed"] = "yes"; }, [](ordered_json& d) { d["more"] = 1; }});
}

TEST(JsonMutation, ItsSchemaRefusesWhatIsWrong) {
  test::expect_refused(
      kChange, json_mutation(full_report()),
      {[](ordered_json& d) { d["end"] = "fine"; }, [](ordered_json& d) { d["verb"] = "check"; },
       [](ordered_json& d) { d["transactions"] = {0}; }, [](ordered_json& d) { d.erase("pending"); },
       [](ordered_json& d) { d["edits"][0].erase("expected"); }, [](ordered_json& d) { d["exit_code"] = 256; }});
}

TEST(JsonHistory, ItsSchemaRefusesWhatIsWrong) {
  test::expect_refused(kHistory, full_history(),
                       {[](ordered_json& d) { d["transactions"][0]["state"] = "lost"; },
                        [](ordered_json& d) { d["transactions"][0]["standing"] = "perhaps"; },
                        [](ordered_json& d) { d["transactions"][0].erase("login"); },
                        [](ordered_json& d) { d["transactions"][0]["at"] = 5; }});
}

}  // namespace
}  // namespace preflight
