// SPDX-License-Identifier: Apache-2.0
// The manual page as mandoc judges it, and its completeness against the option tree.
#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

#include "agent/cli/option_tree.h"
#include "probes/base/text.h"
#include "tests/agent/cli/run_program.h"
#include "tests/agent/cli/sample_checks.h"
#include "tests/support/scratch.h"

namespace preflight::cli {
namespace {

constexpr const char* kMandoc = "/usr/bin/mandoc";

TEST(ManPage, MandocFindsNothingWorseThanStyle) {
  if (access(kMandoc, X_OK) != 0) GTEST_SKIP() << "mandoc is not installed";
  const test::Scratch scratch;
  for (const Checks checks : {Checks(test::kChecks), Checks{}, all_checks()}) {
    const auto page = scratch.file("lbpreflight.8", man_page(checks));
    const auto lint = test::run_program(std::string(kMandoc) + " -T lint -W style " + page);
    for_each_line(lint.output, [](std::string_view line) {
      // Where the index of pages is old, mandoc says so of every page referred to.
      if (line.find("outdated mandoc.db") != std::string_view::npos) return;
      EXPECT_NE(line.find(": STYLE:"), std::string_view::npos) << line;
    });
  }
}

TEST(ManPage, ShowsEveryVerbOptionVariableAndCheck) {
  if (access(kMandoc, X_OK) != 0) GTEST_SKIP() << "mandoc is not installed";
  const test::Scratch scratch;
  const auto page = scratch.file("lbpreflight.8", man_page(test::kChecks));
  const auto text = test::run_program(std::string(kMandoc) + " -T ascii -O width=200 " + page + " | col -b").output;
  const auto shows = [&](const std::string& words) { return text.find(words) != std::string::npos; };
  for (const auto& verb : verb_specs()) EXPECT_TRUE(shows("     " + std::string(verb.name))) << verb.name;
  for (const auto& spec : option_specs()) {
    EXPECT_TRUE(shows("--" + std::string(spec.name))) << spec.name;
    EXPECT_TRUE(shows(std::string(spec.variable))) << spec.variable;
  }
  for (const auto* const check : test::kChecks) EXPECT_TRUE(shows(std::string(check->id))) << check->id;
  for (const std::string section : {"CHECKS", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"}) {
    EXPECT_TRUE(shows("\n" + section + "\n")) << section;
  }
}

TEST(ManPage, ATextThatLooksLikeRoffIsShownAsText) {
  const auto page = man_page(test::kChecks);
  EXPECT_NE(page.find("\n\\&.nofile is a hostile beginning of a line.\nThe backslash \\en is one too.\n"),
            std::string::npos);
}

}  // namespace
}  // namespace preflight::cli
