// SPDX-License-Identifier: Apache-2.0
// The oracle is diff(1): patch(1) must make the one file of the other with what we write.
#include "agent/report/unified_diff.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace preflight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(UnifiedDiff, EqualFilesDoNotDiffer) { EXPECT_THAT(unified_diff("/x", "a\n", "a\n"), IsEmpty()); }

TEST(UnifiedDiff, ANewFileComesFromNothing) {
  EXPECT_THAT(unified_diff("/x", std::nullopt, "a\nb\n"),
              ElementsAre("--- /dev/null", "+++ /x", "@@ -0,0 +1,2 @@", "+a", "+b"));
}

TEST(UnifiedDiff, ARemovedFileBecomesNothing) {
  EXPECT_THAT(unified_diff("/x", "a\n", std::nullopt), ElementsAre("--- /x", "+++ /dev/null", "@@ -1 +0,0 @@", "-a"));
}

TEST(UnifiedDiff, AMissingLineEndIsTold) {
  EXPECT_THAT(unified_diff("/x", "a", "a\n"),
              ElementsAre("--- /x", "+++ /x", "@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a"));
}

TEST(UnifiedDiff, ContextIsThreeLines) {
  EXPECT_THAT(unified_diff("/x", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
              ElementsAre("--- /x", "+++ /x", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"));
}

std::string random_file(std::mt19937& random) {
  std::string content;
  const auto lines = random() % 24;
  for (unsigned i = 0; i < lines; ++i) content += std::to_string(random() % 6) + "\n";
  if (!content.empty() && random() % 4 == 0) content.pop_back();
  return content;
}

/// What patch(1) makes of `before` with our difference.
std::string patched(const test::Scratch& scratch, const std::string& before, const std::vector<std::string>& diff) {
  const auto file = scratch.file("x", before);
  std::string text;
  for (const auto& line : diff) text += line + "\n";
  const auto patch = scratch.file("x.patch", text);
  const auto command = "patch --silent " + file + " " + patch;
  EXPECT_EQ(std::system(command.c_str()), 0) << text;
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(UnifiedDiff, PatchMakesTheOneOfTheOther) {
  if (std::system("patch --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "patch is not installed";
  std::mt19937 random(1);
  test::Scratch scratch;
  for (int i = 0; i < 300; ++i) {
    const auto before = random_file(random);
    const auto after = random_file(random);
    if (before == after || before.empty() || after.empty()) continue;
    EXPECT_EQ(patched(scratch, before, unified_diff("x", before, after)), after) << before << "---\n" << after;
  }
}

}  // namespace
}  // namespace preflight
