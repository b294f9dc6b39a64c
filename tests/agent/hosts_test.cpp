// SPDX-License-Identifier: Apache-2.0
// Recorded hosts, replayed by the built program: what a person and a machine are told about each, whole.
// tests/hosts/README.md says where they come from.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/agent/cli/run_program.h"
#include "tests/support/golden.h"

namespace preflight {
namespace {

constexpr std::uintmax_t kLargestBundle = std::uintmax_t{200} * 1024;

const std::filesystem::path kHosts = std::filesystem::path(PREFLIGHT_SOURCE_DIR) / "tests/hosts";

std::vector<std::string> recorded() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kHosts)) {
    if (std::filesystem::exists(entry.path() / "bundle.json")) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Host : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] static std::string bundle() { return (kHosts / GetParam() / "bundle.json").string(); }
  [[nodiscard]] static test::Ran replay(const std::string& arguments) {
    return test::run_program(std::string("env -i ") + PREFLIGHT_PROGRAM + " check --from " + bundle() + " " +
                             arguments);
  }
};

TEST_P(Host, IsToldToAPerson) {
  const auto told = replay("");
  test::expect_golden("hosts/" + GetParam() + "/expected.txt",
                      told.output + "\nexit code " + std::to_string(told.status) + "\n");
}

TEST_P(Host, IsToldInFull) { test::expect_golden("hosts/" + GetParam() + "/expected-v.txt", replay("-v").output); }

TEST_P(Host, IsToldToAMachine) {
  const auto told = replay("--format json");
  auto report = nlohmann::ordered_json::parse(told.output, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << told.output;
  EXPECT_EQ(report.at("took_ms"), 0) << "a replay takes no time that is worth telling";
  EXPECT_EQ(report.at("exit_code"), told.status);
  for (const auto& result : report.at("results")) {
    EXPECT_TRUE(result.at("outcome") != "pass" || result.at("why").is_null()) << result.dump();
  }
  test::expect_golden("hosts/" + GetParam() + "/expected.json", told.output);
}

TEST_P(Host, IsSmallAndCalledLb07) {
  EXPECT_LE(std::filesystem::file_size(bundle()), kLargestBundle);
  EXPECT_THAT(replay("").output, ::testing::StartsWith("lb07 | "));
}

std::string as_test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Recorded, Host, ::testing::ValuesIn(recorded()), as_test_name);

/// Silence on healthy hosts: not an error, not a warning, and nothing left unlooked at.
TEST(HealthyHost, IsLeftAlone) {
  for (const char* name : {"healthy-running", "el9-like", "reloaded"}) {
    const auto told = test::run_program(std::string("env -i ") + PREFLIGHT_PROGRAM + " check --format json --from " +
                                        (kHosts / name / "bundle.json").string());
    const auto report = nlohmann::json::parse(told.output, nullptr, false);
    ASSERT_FALSE(report.is_discarded()) << told.output;
    const auto& summary = report.at("summary");
    EXPECT_EQ(summary.at("error"), 0) << name;
    EXPECT_EQ(summary.at("warning"), 0) << name;
    EXPECT_EQ(summary.at("not_checked"), 0) << name;
    EXPECT_EQ(told.status, 0) << name;
  }
}

}  // namespace
}  // namespace preflight
