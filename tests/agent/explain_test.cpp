// SPDX-License-Identifier: Apache-2.0
// The page of one check, the table and the document of all.
#include "agent/explain.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "agent/report/catalog_json.h"
#include "policies/ladder.h"
#include "policies/what_if.h"
#include "probes/base/text.h"
#include "remediations/remedy.h"
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

TEST(Explain, NamesTheRemedyAndWhenItWorks) {
  for (const auto* const check : all_checks()) {
    const auto page = explain(*check);
    const bool proposes = page.find("What `lbpreflight plan` proposes") != std::string::npos;
    EXPECT_EQ(proposes, find_remedy(check->remedy) != nullptr) << check->id;
    if (check->id == "nofile_covers_maxconn") {
      EXPECT_NE(page.find("Raise LimitNOFILE of the service."), std::string::npos) << page;
      EXPECT_NE(page.find("--allow-restart"), std::string::npos) << page;
    }
  }
}

TEST(Explain, ListsInColumns) {
  EXPECT_EQ(list_checks(test::kChecks),
            "nofile_covers_maxconn     warning  HAProxy may open as many descriptors as it needs\n"
            "somaxconn_covers_backlog  error    The accept queue is as long as haproxy.cfg asks\n");
  EXPECT_EQ(list_checks({}), "");
}

TEST(Explain, TheLadderNamesEveryLimitAndEverySupposition) {
  const auto page = explain_ladder();
  for (const auto& spec : limit_specs())
    EXPECT_NE(page.find("\n  " + std::string(spec.name) + " ("), std::string::npos);
  for (const auto& spec : supposition_specs()) {
    EXPECT_NE(page.find("\n  " + std::string(spec.name) + "="), std::string::npos) << spec.name;
  }
  for_each_line(page, [](std::string_view line) { EXPECT_LE(line.size(), 80U) << line; });
  test::expect_golden("agent/cli/golden/explain_ladder.txt", page);
}

TEST(Explain, TheLadderAsJsonSaysTheSame) {
  const auto document = nlohmann::json::parse(json_limits());
  EXPECT_EQ(document.at("schema"), "lbpreflight.limits/1");
  ASSERT_EQ(document.at("limits").size(), limit_specs().size());
  EXPECT_EQ(document.at("limits").at(0).at("kind"), "waits");
  EXPECT_EQ(document.at("what_if").size(), supposition_specs().size());
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
