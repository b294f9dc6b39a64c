// SPDX-License-Identifier: Apache-2.0
// The page of one check, the table and the document of all.
#include "agent/explain.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "agent/report/catalog_json.h"
#include "probes/base/text.h"
#include "tests/agent/cli/sample_checks.h"
#include "tests/support/golden.h"

namespace preflight {
namespace {

TEST(Explain, SaysAllThatWasDeclared) {
  test::expect_golden("agent/cli/golden/explain.txt", explain(test::kSomaxconn));
}

TEST(Explain, LeavesOutWhatIsNotThere) {
  const auto page = explain(test::kNofile);
  EXPECT_EQ(page.find("References"), std::string::npos);
  EXPECT_EQ(page.find("What to do"), std::string::npos);
  EXPECT_EQ(page.find("Numbers"), std::string::npos);
}

TEST(Explain, ListsInColumns) {
  EXPECT_EQ(list_checks(test::kChecks),
            "nofile_covers_maxconn     warning  HAProxy may open as many descriptors as it needs\n"
            "somaxconn_covers_backlog  error    The accept queue is as long as haproxy.cfg asks\n");
  EXPECT_EQ(list_checks({}), "");
}

TEST(Explain, JsonSaysTheSame) {
  const auto document = nlohmann::json::parse(json_checks(test::kChecks));
  EXPECT_EQ(document.at("schema"), "lbpreflight.checks/1");
  ASSERT_EQ(document.at("checks").size(), 2U);
  const auto& check = document.at("checks").at(1);
  EXPECT_EQ(check.at("id"), "somaxconn_covers_backlog");
  EXPECT_EQ(check.at("parameters").at(0).at("most"), 100);
  EXPECT_EQ(check.at("sysctls").at(0), "net.core.somaxconn");
  EXPECT_TRUE(document.at("checks").at(0).at("remedy").is_null());
}

}  // namespace
}  // namespace preflight
