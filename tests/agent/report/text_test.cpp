// SPDX-License-Identifier: Apache-2.0
// The report for people, as a person saw and accepted it, and the promises that hold for every report.
#include "agent/report/text.h"

#include <algorithm>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/report/text_page.h"
#include "probes/base/text.h"
#include "tests/support/golden.h"
#include "tests/support/sample_report.h"

namespace preflight::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr TextOptions kVerbose{.verbose = true};
constexpr TextOptions kQuiet{.quiet = true};

std::string text_of(const SampleReport& sample, const TextOptions& options = {}) {
  return text_report(sample.report(), options);
}

TEST(TextReport, stopped) { expect_golden("agent/report/golden/stopped.txt", text_of(*stopped_host())); }
TEST(TextReport, stopped_verbose) {
  expect_golden("agent/report/golden/stopped_verbose.txt", text_of(*stopped_host(), kVerbose));
}
TEST(TextReport, stopped_color) {
  expect_golden("agent/report/golden/stopped_color.txt", text_of(*stopped_host(), {.color = true}));
}
TEST(TextReport, healthy) { expect_golden("agent/report/golden/healthy.txt", text_of(*healthy_host())); }
TEST(TextReport, healthy_verbose) {
  expect_golden("agent/report/golden/healthy_verbose.txt", text_of(*healthy_host(), kVerbose));
}
TEST(TextReport, barred) { expect_golden("agent/report/golden/barred.txt", text_of(*barred_host())); }

TEST(TextReport, replaced) { expect_golden("agent/report/golden/replaced.txt", text_of(*replaced_host())); }
TEST(TextReport, supposed) { expect_golden("agent/report/golden/supposed.txt", text_of(*supposed_host())); }
TEST(TextReport, supposed_verbose) {
  expect_golden("agent/report/golden/supposed_verbose.txt", text_of(*supposed_host(), kVerbose));
}

TEST(TextReport, the_first_two_limits_take_two_lines) {
  const auto sample = supposed_host();
  sample->what_if = {};
  EXPECT_THAT(text_of(*sample),
              HasSubstr("\nfirst limit you will hit: source ports to 10.0.1.1:8080 at 28,231 connections,\n"
                        "  then maxconn at 200,000; not known: connection tracking\n"));
  sample->ladders.front().rungs.pop_back();
  EXPECT_THAT(text_of(*sample),
              HasSubstr("\nfirst limit you will hit: source ports to 10.0.1.1:8080 at 28,231 connections\n"
                        "  (more connects fail), then maxconn at 200,000\n"));
}

TEST(TextReport, long_names_cost_the_words_in_brackets) {
  const auto sample = supposed_host();
  sample->what_if = {};
  sample->ladders.front().rungs.front().name = "source ports to " + std::string(60, 'x') + ".example:8080";
  EXPECT_THAT(text_of(*sample), Not(HasSubstr("(more")));
}

TEST(TextReport, each_instance_has_its_own_limits) {
  const auto sample = supposed_host();
  sample->what_if = {};
  sample->ladders.push_back(sample->ladders.front());
  EXPECT_THAT(text_of(*sample), HasSubstr("\nhaproxy.service: first limit you will hit: source ports"));
  for (int i = 0; i < 10; ++i) sample->ladders.push_back(sample->ladders.front());
  EXPECT_THAT(text_of(*sample), HasSubstr("\nand 7 more ladders\n"));
}

TEST(TextReport, a_ladder_without_a_known_rung_says_so) {
  const auto sample = supposed_host();
  sample->what_if = {};
  auto& rungs = sample->ladders.front().rungs;
  rungs.erase(rungs.begin(), rungs.begin() + 2);
  EXPECT_THAT(text_of(*sample), HasSubstr("\nfirst limit you will hit: not known (net.netfilter.nf_conntrack_max: "
                                          "Permission\n  denied)\n"));
}

TEST(TextReport, quiet_is_one_line) {
  EXPECT_EQ(text_of(*supposed_host(), kQuiet), "lb07: NOT READY, 2 errors, 1 warning (what if maxconn=200000)\n");
  EXPECT_EQ(text_of(*stopped_host(), kQuiet), "lb07: NOT READY, 2 errors, 1 warning\n");
  EXPECT_EQ(text_of(*healthy_host(), kQuiet), "lb07: READY\n");
  EXPECT_EQ(text_of(*barred_host(), kQuiet), "lb07: INCOMPLETE, 3 not checked\n");
}

TEST(TextReport, a_healthy_host_takes_five_lines_at_most) {
  const auto text = text_of(*healthy_host());
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 5) << text;
}

TEST(TextReport, errors_on_a_running_instance_are_a_risk) {
  const auto sample = healthy_host();
  sample->add("nofile_covers_maxconn", "unit:haproxy.service", Fail{Severity::error, {.why = "too few"}, true},
              Severity::error);
  EXPECT_THAT(text_of(*sample), HasSubstr("AT RISK     1 error; a restart would fail\n"));
  EXPECT_THAT(text_of(*sample), HasSubstr("next: lbpreflight explain nofile_covers_maxconn\n"));
}

TEST(TextReport, only_what_prevents_the_start_is_said_to_prevent_it) {
  const auto sample = stopped_host();
  for (auto& result : sample->assessment.results) {
    if (auto* failure = std::get_if<Fail>(&result.outcome)) failure->prevents_start = false;
  }
  EXPECT_THAT(text_of(*sample), HasSubstr("NOT READY   2 errors, 1 warning\n"));
  EXPECT_THAT(text_of(*sample), Not(HasSubstr("would not start")));
}

TEST(TextReport, without_an_instance_it_is_not_ready) {
  SampleReport sample;
  sample.facts.host.name = "lb07";
  sample.add("service_is_running", "host", NotApplicable{"haproxy is not installed"});
  EXPECT_THAT(text_of(sample), Not(HasSubstr("READY")));
}

TEST(TextReport, many_subjects_of_one_check_are_grouped) {
  const auto sample = healthy_host();
  const auto add = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      sample->add("bind_ports_are_free", "bind:tcp/*:" + std::to_string(i), Fail{Severity::error, {.why = "taken"}},
                  Severity::error);
    }
  };
  add(1000, 1010);
  EXPECT_THAT(text_of(*sample), HasSubstr("bind:tcp/*:1009"));
  EXPECT_THAT(text_of(*sample), Not(HasSubstr("--format json")));
  add(1010, 1300);
  const auto text = text_of(*sample);
  EXPECT_THAT(text, HasSubstr("and 295 more of bind_ports_are_free (--format json lists them)"));
  EXPECT_THAT(text, HasSubstr("bind:tcp/*:1004"));
  EXPECT_THAT(text, Not(HasSubstr("bind:tcp/*:1005")));
}

TEST(TextReport, a_circle_of_consequences_is_shown) {
  const auto sample = healthy_host();
  const auto add = [&](const char* check, const char* cause) {
    auto& result = sample->add(check, "host", Fail{Severity::error, {.why = "because"}}, Severity::error);
    result.consequence_of = Subject{"host"};
    result.consequence_check = cause;
  };
  add("first_holds", "second_holds");
  add("second_holds", "first_holds");
  EXPECT_THAT(text_of(*sample), HasSubstr("error  first_holds"));
  EXPECT_THAT(text_of(*sample), HasSubstr("error  second_holds"));
}

TEST(TextReport, an_info_that_causes_an_error_is_not_hidden) {
  const auto sample = healthy_host();
  sample->add("first_holds", "host", Fail{Severity::info, {.why = "small"}}, Severity::info);
  auto& folded = sample->add("second_holds", "host", Fail{Severity::error, {.why = "large"}}, Severity::error);
  folded.consequence_of = Subject{"host"};
  folded.consequence_check = "first_holds";
  const auto text = text_of(*sample);
  EXPECT_THAT(text, HasSubstr("and 1 consequence: second_holds"));
  EXPECT_THAT(text, Not(HasSubstr("\nREADY")));
}

TEST(TextReport, root_is_not_told_to_become_root) {
  const auto sample = barred_host();
  EXPECT_THAT(text_of(*sample), HasSubstr("run as root"));
  sample->facts.host.euid = 0;
  EXPECT_THAT(text_of(*sample), Not(HasSubstr("run as root")));
}

TEST(TextReport, unknowns_below_fail_on_are_listed_on_request) {
  const auto sample = barred_host();
  EXPECT_THAT(text_of(*sample), Not(HasSubstr("old_workers_leave")));
  EXPECT_THAT(text_of(*sample), HasSubstr("3 not checked (-v)"));
  EXPECT_THAT(text_of(*sample, kVerbose), HasSubstr("old_workers_leave"));
  sample->fail_on = Severity::warning;
  EXPECT_THAT(text_of(*sample), HasSubstr("old_workers_leave"));
}

TEST(TextReport, fits_the_page) {
  for (const auto& sample : {stopped_host(), healthy_host(), barred_host()}) {
    for (const auto& options : {TextOptions{}, kVerbose}) {
      const auto text = text_of(*sample, options);
      for_each_line(text, [](std::string_view line) {
        EXPECT_LE(text::columns(line), text::kWidth) << line;
        EXPECT_FALSE(!line.empty() && line.back() == ' ') << line;
      });
    }
  }
}

TEST(Page, breaks_between_words_only) {
  text::Page page(false);
  page.add({{.text = std::string(60, 'a') + " " + std::string(30, 'b') + " c"}}, 4);
  EXPECT_EQ(page.text(), std::string(60, 'a') + "\n    " + std::string(30, 'b') + " c\n");
}

TEST(Page, counts_characters_not_bytes) {
  std::string word;
  for (int i = 0; i < 78; ++i) word += "\xC3\xA9";
  text::Page page(false);
  page.add({{.text = word + " b"}});
  EXPECT_EQ(page.text(), word + " b\n");
}

TEST(Page, cuts_what_nobody_would_read) {
  text::Page page(false);
  page.add({{.text = std::string(5'000'000, 'x')}, {.text = "end"}});
  EXPECT_EQ(page.text(), std::string(text::kLongestSpan, 'x') + "...\n  end\n");
}

}  // namespace
}  // namespace preflight::test
