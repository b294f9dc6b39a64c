// SPDX-License-Identifier: Apache-2.0
// The help as people read it: the whole text is kept, so that a change of it is seen in review.
#include "agent/cli/help.h"

#include "probes/base/text.h"
#include "tests/support/golden.h"

namespace preflight::cli {
namespace {

std::string all_help() {
  std::string text = help();
  for (const auto& verb : verb_specs()) text += "\n--------\n" + help(verb.verb);
  return text;
}

TEST(Help, IsTheTextPeopleKnow) { test::expect_golden("agent/cli/golden/help.txt", all_help()); }

TEST(Help, FitsEightyColumnsWithoutTrailingBlanks) {
  for_each_line(all_help(), [](std::string_view line) {
    EXPECT_LE(line.size(), 80U) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  });
}

TEST(Help, OffersOnlyWhatTheVerbTakes) {
  for (const auto& verb : verb_specs()) {
    for (const auto& spec : option_specs()) {
      // The name followed by its value or a blank: "--config" is no mention of "--color".
      const bool offered = help(verb.verb).find("  --" + std::string(spec.name) + " ") != std::string::npos ||
                           help(verb.verb).find(", --" + std::string(spec.name) + " ") != std::string::npos;
      EXPECT_EQ(offered, spec.means_something_to(verb.verb)) << verb.name << " --" << spec.name;
    }
  }
}

}  // namespace
}  // namespace preflight::cli
