// SPDX-License-Identifier: Apache-2.0
// The JSON documents against the schemas that are shipped with them, and proof that the schemas can refuse.
#include "agent/report/json.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/golden.h"
#include "tests/support/json_schema.h"
#include "tests/support/sample_report.h"

namespace preflight::test {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kReportSchema = "lbpreflight.report-1.schema.json";
constexpr const char* kFactsSchema = "lbpreflight.facts-1.schema.json";

std::vector<std::unique_ptr<SampleReport>> samples() {
  std::vector<std::unique_ptr<SampleReport>> list;
  list.push_back(healthy_host());
  list.push_back(stopped_host());
  list.push_back(barred_host());
  list.push_back(supposed_host());
  list.push_back(replaced_host());
  list.push_back(hostile_host("\x1b[31m\xFF\u202E"));
  list.push_back(std::make_unique<SampleReport>());
  return list;
}

TEST(JsonReport, golden) {
  expect_golden("agent/report/golden/stopped.json", without_version(json_report(stopped_host()->report())));
}
TEST(JsonFacts, golden) {
  expect_golden("agent/report/golden/healthy_facts.json", without_version(json_facts(healthy_host()->facts)));
}

TEST(JsonReport, follows_its_schema) {
  std::vector<std::string> documents;
  for (const auto& sample : samples()) documents.push_back(json_report(sample->report()));
  expect_valid(kReportSchema, documents);
}

TEST(JsonFacts, follow_their_schema) {
  std::vector<std::string> documents;
  for (const auto& sample : samples()) documents.push_back(json_facts(sample->facts));
  auto blind = healthy_host();
  blind->facts.instances.front().unit = unread("unit");
  blind->facts.instances.front().config = unread("configuration");
  blind->facts.instances.front().binary = unread("haproxy");
  blind->facts.networks.front() = NetworkFacts{};
  documents.push_back(json_facts(blind->facts));
  expect_valid(kFactsSchema, documents);
}

TEST(JsonReport, its_schema_refuses_what_is_wrong) {
  expect_refused(kReportSchema, json_report(stopped_host()->report()),
                 {
                     [](ordered_json& d) { d.erase("exit_code"); },
                     [](ordered_json& d) { d["extra"] = 1; },
                     [](ordered_json& d) { d["schema"] = "lbpreflight.report/2"; },
                     [](ordered_json& d) { d["taken_at"] = "4 May 2026"; },
                     [](ordered_json& d) { d["summary"].erase("waived"); },
                     [](ordered_json& d) { d["host"]["kind"] = "guest"; },
                     [](ordered_json& d) { d["results"][0]["outcome"] = "passed"; },
                     [](ordered_json& d) { d["results"][0]["severity"] = nullptr; },
                     [](ordered_json& d) { d["results"][0].erase("waiver"); },
                     [](ordered_json& d) { d["results"][0]["where"]["line"] = 0; },
                     [](ordered_json& d) { d["results"][1]["expected"]["relation"] = "about"; },
                     [](ordered_json& d) { d["results"][1]["outcome"] = "unknown"; },
                     [](ordered_json& d) { d["demand"][0]["name"] = "luck"; },
                     [](ordered_json& d) { d["demand"][0]["value"] = nullptr; },
                     [](ordered_json& d) { d["demand"][0]["terms"][0]["line"] = "4"; },
                     [](ordered_json& d) { d["instances"][0]["state"] = "up"; },
                     [](ordered_json& d) { d.erase("ladder"); },
                     [](ordered_json& d) { d.erase("what_if"); },
                     [](ordered_json& d) { d["results"][0].erase("what_if"); },
                 });
}

TEST(JsonReport, its_schema_refuses_wrong_ladders) {
  expect_refused(kReportSchema, json_report(supposed_host()->report()),
                 {
                     [](ordered_json& d) { d["ladder"][0]["limit"] = "ports"; },
                     [](ordered_json& d) { d["ladder"][0]["connections"] = nullptr; },
                     [](ordered_json& d) { d["ladder"][0].erase("assumes"); },
                     [](ordered_json& d) { d["ladder"][0]["kind"] = "queues"; },
                     [](ordered_json& d) { d["ladder"][2]["error"] = nullptr; },
                     [](ordered_json& d) { d["ladder"][2]["basis"] = "configured"; },
                     [](ordered_json& d) { d["what_if"].erase("ladder_now"); },
                     [](ordered_json& d) { d["destinations"][0]["purpose"] = "fun"; },
                     [](ordered_json& d) { d["destinations"][0].erase("protocol"); },
                     [](ordered_json& d) { d["what_if"]["demand_changes"][0]["name"] = "ports"; },
                     [](ordered_json& d) { d["what_if"] = "maxconn=1"; },
                 });
}

TEST(JsonReport, its_schema_refuses_wrong_candidates) {
  expect_refused(kReportSchema, json_report(replaced_host()->report()),
                 {
                     [](ordered_json& d) { d["candidates"] = ordered_json::array(); },
                     [](ordered_json& d) { d["candidates"][0].erase("error"); },
                     [](ordered_json& d) { d["candidates"][0]["demand_changes"][0]["now"] = "many"; },
                     [](ordered_json& d) { d["candidates"][0]["ports"][0]["fate"] = "lost"; },
                     [](ordered_json& d) { d["candidates"][0]["ports"][0]["ports"] = 0; },
                     [](ordered_json& d) { d["candidates"][0]["forgotten"][0].erase("origin"); },
                 });
}

TEST(JsonReport, what_is_supposed_is_marked) {
  const auto document = ordered_json::parse(json_report(supposed_host()->report()));
  EXPECT_EQ(document.at("what_if").at("text"), "maxconn=200000");
  EXPECT_EQ(document.at("what_if").at("ladder_now").at(1).at("connections"), 100000);
  EXPECT_EQ(document.at("ladder").at(1).at("connections"), 200000);
  for (const auto& result : document.at("results")) EXPECT_EQ(result.at("what_if"), true);
  const auto& changes = document.at("what_if").at("demand_changes");
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes.at(0).at("now"), 200042);
  EXPECT_EQ(changes.at(0).at("then"), 400042);
  EXPECT_TRUE(changes.at(1).at("then").is_null());
}

TEST(JsonFacts, their_schema_refuses_what_is_wrong) {
  expect_refused(kFactsSchema, json_facts(healthy_host()->facts),
                 {
                     [](ordered_json& d) { d.erase("networks"); },
                     [](ordered_json& d) { d["sysctl"]["fs.nr_open"] = "1048576"; },
                     [](ordered_json& d) { d["networks"][0]["listeners"][0]["state"] = 99; },
                     [](ordered_json& d) { d["networks"][0]["counters"]["netstat"]["ListenDrops"] = "3"; },
                     [](ordered_json& d) { d["units"][0]["environment_names"][0] = "NAME=value"; },
                     [](ordered_json& d) { d["instances"][0]["processes"][0]["environment"] = ordered_json::object(); },
                     [](ordered_json& d) { d["instances"][0]["files"]["paths"][0]["mode"] = "rw-r--r--"; },
                     [](ordered_json& d) { d["instances"][0]["files"].erase("starter"); },
                     [](ordered_json& d) { d["haproxy_config"][0]["globals"]["maxconn"] = 100000; },
                     [](ordered_json& d) { d["networks"][0]["counters"]["sockstat"]["error"]["code"] = 95; },
                 });
}

TEST(JsonFacts, hold_no_environment_values) {
  const auto document = json_facts(healthy_host()->facts);
  EXPECT_THAT(document, HasSubstr("STATS_PASSWORD"));
  EXPECT_THAT(document, Not(HasSubstr("hunter2")));
}

TEST(JsonReport, lists_every_result) {
  const auto sample = stopped_host();
  const auto document = ordered_json::parse(json_report(sample->report()));
  EXPECT_EQ(document["results"].size(), sample->assessment.results.size());
  EXPECT_EQ(document["taken_at"], "2026-05-04T03:02:01Z");
  EXPECT_EQ(document["took_ms"], 31);
  EXPECT_EQ(document["exit_code"], 1);
}

TEST(JsonReport, a_demand_that_is_not_known_says_why) {
  const auto sample = stopped_host();
  sample->demand.instances.front().file_descriptors = fail(std::errc::permission_denied, "limits", "not permitted");
  const auto entry = ordered_json::parse(json_report(sample->report()))["demand"][1];
  EXPECT_EQ(entry["name"], "file_descriptors");
  EXPECT_TRUE(entry["value"].is_null());
  EXPECT_EQ(entry["error"]["code"], "EACCES");
}

}  // namespace
}  // namespace preflight::test
