// SPDX-License-Identifier: Apache-2.0
// A plan as a script: whatever names and contents hold stays a word or a comment.
#include "agent/report/script_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_plan.h"

namespace preflight {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ScriptPlan, IsTheChangesInOrder) {
  const auto script = script_plan(test::sample_plan());
  ASSERT_TRUE(script) << describe(script.error());
  EXPECT_THAT(*script, testing::StartsWith("#!/bin/sh\n# Plan of lbpreflight"));
  EXPECT_THAT(*script, HasSubstr("sysctl -w 'net.core.somaxconn=30000'\n"));
  EXPECT_THAT(*script, HasSubstr("mkdir -m 0755 '/etc/systemd/system/haproxy.service.d'\n"));
  EXPECT_LT(script->find("sysctl -w"), script->find("mkdir"));
}

TEST(ScriptPlan, WordsAndCommentsCannotBreakOut) {
  auto plan = test::sample_plan();
  plan.host = "lb\nreboot";
  plan.steps.push_back({.change = FileWrite{"/etc/it's", std::nullopt, test::file_of("a'\nrm -rf /\n'b")},
                        .remedies = {"x"},
                        .why = {"first\nreboot"}});
  plan.uncured.push_back({.check = "c", .subject = "s", .reason = "r", .todo = {"edit\nreboot"}});
  const auto script = script_plan(plan);
  ASSERT_TRUE(script);
  EXPECT_THAT(*script, Not(HasSubstr("\nreboot")));
  EXPECT_THAT(*script, HasSubstr("printf '%s' 'a'\\''\nrm -rf /\n'\\''b' >'/etc/.it'\\''s.new'\n"));
}

TEST(ScriptPlan, RefusesWhatNoScriptCanWrite) {
  auto plan = test::sample_plan();
  plan.steps.push_back(
      {.change = FileWrite{"/etc/x", std::nullopt, test::file_of(std::string("a\0b", 3))}, .remedies = {}});
  EXPECT_FALSE(script_plan(plan));
  auto labelled = test::file_of("a");
  labelled.attributes["user.x"] = "1";
  plan.steps.back().change = FileWrite{"/etc/x", std::nullopt, labelled};
  EXPECT_FALSE(script_plan(plan));
}

TEST(ScriptPlan, SaysASelinuxEditInSemanagesWords) {
  auto plan = test::sample_plan();
  const std::string http = "system_u:object_r:http_port_t:s0";
  plan.steps = {{.change = SelinuxEdit{.store = "targeted",
                                       .booleans = {{.name = "on", .kept_to = true},
                                                    {.name = "back", .kept_from = true},
                                                    {.name = "now", .running_from = true, .running_to = false}},
                                       .ports = {{.protocol = "tcp", .low = 8888, .high = 8888, .to = http},
                                                 {.protocol = "tcp", .low = 1, .high = 9, .from = http, .to = http},
                                                 {.protocol = "udp", .low = 443, .high = 443, .from = http}}},
                 .remedies = {}},
                {.change = SelinuxRepair{"targeted"}, .remedies = {}}};
  const auto script = script_plan(plan);
  ASSERT_TRUE(script);
  EXPECT_THAT(*script, HasSubstr("\nsetsebool -P 'on=on'\n"));
  EXPECT_THAT(*script, HasSubstr("\nsetsebool 'now=off'\n"));
  EXPECT_THAT(*script, HasSubstr("\n# semanage(8) takes no single boolean back"));
  EXPECT_THAT(*script, HasSubstr("\nsemanage port -a -t 'http_port_t' -p tcp 8888 || semanage port -m -t"));
  EXPECT_THAT(*script, HasSubstr("\nsemanage port -m -t 'http_port_t' -p tcp 1-9\n"));
  EXPECT_THAT(*script, HasSubstr("\nsemanage port -d -p udp 443\n"));
  EXPECT_THAT(*script, HasSubstr("|| mv '/var/lib/selinux/targeted/previous' '/var/lib/selinux/targeted/active'\n"
                                 "semodule -B -s 'targeted'\n"));
}

}  // namespace
}  // namespace preflight
