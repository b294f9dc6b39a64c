// SPDX-License-Identifier: Apache-2.0
// The end of a log, by the words that matter.
#include "probes/host/log_lines.h"

#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace preflight {
namespace {

TEST(LogLines, OnlyThoseThatHoldAWord) {
  const test::Scratch scratch;
  const auto path = scratch.file("log", "a one\nb two\nc one two\nd");
  EXPECT_EQ(log_lines(path, {"one", "d"}, 1000), "a one\nc one two\nd\n");
  EXPECT_EQ(log_lines(path, {"none"}, 1000), "");
  EXPECT_EQ(log_lines(path, {}, 1000), "");
  EXPECT_TRUE(is_missing(log_lines(path + "x", {"one"}, 1000).error()));
  EXPECT_EQ(log_lines(scratch.path(), {"one"}, 1000).error().code, std::errc::is_a_directory);
}

TEST(LogLines, WithinTheLastBytesAndNoHalfLine) {
  const test::Scratch scratch;
  const auto path = scratch.file("log", "one 1\none 2\none 3\n");
  EXPECT_EQ(log_lines(path, {"one"}, 18), "one 1\none 2\none 3\n");
  EXPECT_EQ(log_lines(path, {"one"}, 17), "one 2\none 3\n");
  EXPECT_EQ(log_lines(path, {"one"}, 13), "one 2\none 3\n");
  EXPECT_EQ(log_lines(path, {"one"}, 12), "one 3\n") << "whether its line begins there is not looked at";
  EXPECT_EQ(log_lines(path, {"one"}, 3), "");
}

TEST(LogLines, TheKernelsOwnLog) {
  const auto lines = log_lines(std::string(kKernelLog), {","}, 1024UL * 1024UL);
  if (!lines) GTEST_SKIP() << describe(lines.error());
  EXPECT_LE(lines->size(), 1024UL * 1024UL + 8192UL);
}

TEST(LogLines, TheJournal) {
  const auto lines = log_lines(std::string(kJournal), {" "}, 1000);
  if (!lines) {
    EXPECT_TRUE(is_missing(lines.error())) << describe(lines.error());
    GTEST_SKIP() << describe(lines.error());
  }
  EXPECT_LE(lines->size(), 1000UL + 8192UL);
}

}  // namespace
}  // namespace preflight
