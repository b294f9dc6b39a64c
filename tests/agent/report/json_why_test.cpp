// SPDX-License-Identifier: Apache-2.0
// The document of `why` against its schema, and the members that other programs compare with the real loaders.
#include "agent/report/json_why.h"

#include <gtest/gtest.h>

#include "tests/support/golden.h"
#include "tests/support/json_schema.h"
#include "tests/support/sample_why.h"

namespace preflight::test {
namespace {

using nlohmann::ordered_json;

constexpr const char* kSchema = "lbpreflight.why-1.schema.json";

std::vector<Why> all_settings() {
  return {overruled_somaxconn(), settled_somaxconn(), late_conntrack(), untouched_swappiness(), ignored_limit()};
}

HostFacts lb07() {
  HostFacts host;
  host.name = "lb07";
  host.system = "Debian GNU/Linux 12 (bookworm)";
  host.systemd = true;
  return host;
}

TEST(JsonWhy, golden) {
  expect_golden("agent/report/golden/why.json", without_version(json_why({overruled_somaxconn()}, lb07())));
}

TEST(JsonWhy, follows_its_schema) {
  auto unknown = untouched_swappiness();
  unknown.answers = {
      {.by = BootProgram::systemd_sysctl, .error = Error{std::errc::permission_denied, "/etc/sysctl.d", "barred"}}};
  expect_valid(kSchema, {json_why({}, lb07()), json_why(all_settings(), lb07()), json_why({Why{.name = "a.b"}}, {}),
                         json_why({unknown}, lb07()), json_why({hostile_setting("\x1b[31m\xFF\u202E")}, lb07())});
}

TEST(JsonWhy, its_schema_refuses_what_is_wrong) {
  expect_refused(kSchema, json_why(all_settings(), lb07()),
                 {
                     [](ordered_json& d) { d.erase("keys"); },
                     [](ordered_json& d) { d["schema"] = "lbpreflight.why/2"; },
                     [](ordered_json& d) { d["keys"][0].erase("late_module"); },
                     [](ordered_json& d) { d["keys"][0]["kind"] = "file"; },
                     [](ordered_json& d) { d["keys"][0]["running"][0]["value"] = 65535; },
                     [](ordered_json& d) { d["keys"][0]["at_boot"] = "init"; },
                     [](ordered_json& d) { d["keys"][0]["systemd"]["decider"] = -1; },
                     [](ordered_json& d) { d["keys"][0]["systemd"]["lines"][0]["fate"] = "lost"; },
                     [](ordered_json& d) { d["keys"][0]["systemd"]["lines"][0]["line"] = 0; },
                     [](ordered_json& d) { d["keys"][0]["demands"][0]["basis"] = "wished"; },
                     [](ordered_json& d) { d["keys"][0]["demands"][0]["terms"][0]["label"] = 1; },
                     [](ordered_json& d) { d["keys"][0]["verdicts"][0]["then"] = "fatal"; },
                     [](ordered_json& d) { d["keys"][0]["writers"][0].erase("owner"); },
                 });
}

TEST(JsonWhy, each_loader_says_what_it_sets) {
  const auto document = ordered_json::parse(json_why({overruled_somaxconn(), untouched_swappiness()}, lb07()));
  const auto& somaxconn = document.at("keys").at(0);
  EXPECT_EQ(somaxconn.at("at_boot"), "systemd");
  EXPECT_EQ(somaxconn.at("systemd").at("value"), "1024");
  EXPECT_EQ(somaxconn.at("systemd").at("lines").at(4).at("fate"), "decides");
  EXPECT_EQ(somaxconn.at("procps").at("value"), "2048");
  EXPECT_FALSE(somaxconn.at("procps").contains("error"));
  EXPECT_TRUE(somaxconn.at("unit").is_null());
  EXPECT_EQ(somaxconn.at("after_boot"), "8192");
  EXPECT_TRUE(document.at("keys").at(1).at("systemd").at("value").is_null());
  EXPECT_EQ(document.at("keys").at(1).at("after_boot"), "60");
}

}  // namespace
}  // namespace preflight::test
