// SPDX-License-Identifier: Apache-2.0
// Counting and exit codes: waived is never counted, folded counts once, unknown is never a pass.
#include "agent/report/model.h"

#include <gtest/gtest.h>

#include "tests/support/sample_report.h"

namespace preflight::test {
namespace {

TEST(Summary, counts_each_result_once) {
  const auto sample = stopped_host();
  const auto summary = summarize(sample->assessment);
  EXPECT_EQ(summary.pass, 38U);
  EXPECT_EQ(summary.error, 2U);  // the folded and the waived error are not among them
  EXPECT_EQ(summary.warning, 1U);
  EXPECT_EQ(summary.info, 1U);
  EXPECT_EQ(summary.not_checked, 0U);
  EXPECT_EQ(summary.not_applicable, 1U);
  EXPECT_EQ(summary.waived, 1U);
}

TEST(Summary, unknown_is_not_checked) {
  const auto summary = summarize(barred_host()->assessment);
  EXPECT_EQ(summary.not_checked, 3U);
  EXPECT_EQ(summary.pass, 7U);
}

struct ExitCase {
  const char* name;
  Severity failed;
  Severity unknown;
  bool with_failure;
  bool with_unknown;
  Severity fail_on;
  int code;
};

class ExitCodeOf : public testing::TestWithParam<ExitCase> {};

TEST_P(ExitCodeOf, follows_fail_on) {
  const auto& c = GetParam();
  SampleReport sample;
  sample.add_passes(1);
  if (c.with_failure) sample.add("somaxconn_covers_backlog", "host", Fail{c.failed, {}}, c.failed);
  if (c.with_unknown) sample.add("nofile_covers_maxconn", "host", Unknown{}, c.unknown);
  EXPECT_EQ(exit_code_of(sample.assessment, c.fail_on), c.code);
}

constexpr auto kInfo = Severity::info;
constexpr auto kWarning = Severity::warning;
constexpr auto kError = Severity::error;
INSTANTIATE_TEST_SUITE_P(Table, ExitCodeOf,
                         testing::Values(ExitCase{"all_passed", kInfo, kInfo, false, false, kInfo, 0},
                                         ExitCase{"error", kError, kInfo, true, false, kError, 1},
                                         ExitCase{"warning_below", kWarning, kInfo, true, false, kError, 0},
                                         ExitCase{"warning_at", kWarning, kInfo, true, false, kWarning, 1},
                                         ExitCase{"info_at", kInfo, kInfo, true, false, kInfo, 1},
                                         ExitCase{"unknown_at", kInfo, kError, false, true, kError, 3},
                                         ExitCase{"unknown_below", kInfo, kWarning, false, true, kError, 0},
                                         ExitCase{"unknown_and_error", kError, kError, true, true, kError, 1},
                                         ExitCase{"unknown_and_warning", kWarning, kError, true, true, kError, 3}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(ExitCodeOfRun, waived_findings_do_not_fail_the_run) {
  SampleReport sample;
  sample.waivers.emplace_back();
  auto& failed = sample.add("somaxconn_covers_backlog", "host", Fail{}, Severity::error);
  EXPECT_EQ(exit_code_of(sample.assessment, Severity::error), 1);
  failed.waiver = &sample.waivers.back();
  EXPECT_EQ(exit_code_of(sample.assessment, Severity::error), 0);
}

TEST(ExitCodeOfRun, folding_does_not_hide_an_error) {
  SampleReport sample;
  sample.add("sysctls_survive_boot", "host", Fail{Severity::info, {}}, Severity::info);
  auto& folded = sample.add("somaxconn_covers_backlog", "host", Fail{}, Severity::error);
  folded.consequence_of = Subject{"host"};
  folded.consequence_check = "sysctls_survive_boot";
  EXPECT_EQ(exit_code_of(sample.assessment, Severity::error), 1);
}

}  // namespace
}  // namespace preflight::test
