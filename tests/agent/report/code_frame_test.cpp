// SPDX-License-Identifier: Apache-2.0
// The neighbourhood of a line, at both ends of a file and where the file is gone.
#include "agent/report/code_frame.h"

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight::test {
namespace {

using Lines = std::vector<std::string>;

struct Row {
  std::uint32_t line;
  std::uint32_t first;
  Lines lines;
};

TEST(CodeFrame, OneNeighbourOnEitherSide) {
  MapHost host;
  host.files["/etc/sysctl.d/a.conf"] = "one\ntwo\n\nfour";
  CodeFrames frames(host);
  const std::vector<Row> rows = {
      {1, 1, {"one", "two"}}, {2, 1, {"one", "two", ""}}, {3, 2, {"two", "", "four"}},
      {4, 3, {"", "four"}},   {5, 5, {"as it was"}},      {4'000'000'000, 4'000'000'000, {"as it was"}},
  };
  for (const auto& row : rows) {
    const auto frame = frames.around("/etc/sysctl.d/a.conf", row.line, "as it was");
    EXPECT_EQ(frame.first, row.first) << row.line;
    EXPECT_EQ(frame.lines, row.lines) << row.line;
    EXPECT_EQ(frame.line, row.line);
  }
}

TEST(CodeFrame, TheLineAloneWhereTheFileIsGone) {
  const MapHost host;
  const auto frame = CodeFrames(host).around("/etc/sysctl.d/gone.conf", 7, "a = b");
  EXPECT_EQ(frame.first, 7U);
  EXPECT_EQ(frame.lines, Lines{"a = b"});
}

TEST(CodeFrame, AFileIsReadOnce) {
  MapHost host;
  host.files["/a"] = "one\n";
  CodeFrames frames(host);
  EXPECT_EQ(frames.around("/a", 1, "").lines, Lines{"one"});
  host.files["/a"] = "two\n";
  EXPECT_EQ(frames.around("/a", 1, "").lines, Lines{"one"});
}

}  // namespace
}  // namespace preflight::test
