// SPDX-License-Identifier: Apache-2.0
// Environment files and variables as systemd 252 reads them.
#include "probes/linux/environment_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace preflight {
namespace {

using ::testing::ElementsAre;

TEST(EnvironmentFile, OneLine) {
  struct Case {
    const char* text;
    const char* value;  // of A
  };
  const Case cases[] = {
      {"A=1", "1"},
      {"  A = 1 2  \n", "1 2"},
      {"A=\"x y\"", "x y"},
      {"A='x \" y'", "x \" y"},
      {"A=\"a\\\"b\\$c\\d\"", "a\"b$c\\d"},
      {"A='it\\s'", "it\\s"},
      {"A=a\\ b\\\\c", "a b\\c"},
      {"A=one\\\ntwo", "onetwo"},
      {"A=\"one\ntwo\"", "one\ntwo"},
      {"A='a''b'", "ab"},
      {"A=a\"b\"", "a\"b\""},
      {"A=x # no comment", "x # no comment"},
      {"A=$HOME", "$HOME"},
      {"A=1\nA=2", "2"},
      {"# A=1\n; A=2\nA=3", "3"},
      {"#A=1\\\nA=2\nA=3", "3"},
      {"A=", ""},
      {"A=\"  \"", "  "},
      {"A=b=c", "b=c"},
      {"A=1\r\n", "1"},
  };
  for (const auto& c : cases) {
    const auto found = parse_environment_file(c.text);
    ASSERT_EQ(found.count("A"), 1U) << c.text;
    EXPECT_EQ(found.find("A")->second, c.value) << c.text;
  }
}

TEST(EnvironmentFile, LinesThatAreNoAssignmentsAreLeftOut) {
  for (const auto* text : {"", "A", "export A=1", "1A=2", "=x", "A B=1", "#A=1\\", "\"A\"=1"})
    EXPECT_TRUE(parse_environment_file(text).empty()) << text;
}

TEST(EnvironmentFile, UnclosedQuoteEndsWithTheFile) {
  EXPECT_EQ(parse_environment_file("A=\"x\nB=2").at("A"), "x\nB=2");
  EXPECT_EQ(parse_environment_file("A='x\\").at("A"), "x\\");
}

TEST(ExpandExec, WordsAndText) {
  const Variables environment = {{"CONFIG", "/etc/haproxy/haproxy.cfg"}, {"OPTS", "-S '/run/a b' -n 5"}, {"EMPTY", ""}};
  EXPECT_THAT(expand_exec({"/usr/sbin/haproxy", "-Ws", "-f", "$CONFIG", "$OPTS", "$EMPTY", "$UNSET"}, environment),
              ElementsAre("/usr/sbin/haproxy", "-Ws", "-f", "/etc/haproxy/haproxy.cfg", "-S", "/run/a b", "-n", "5"));
  EXPECT_THAT(
      expand_exec({"/p", "${OPTS}", "x${CONFIG}y", "${EMPTY}", "$$HOME", "a$", "${", "${9}", "x$CONFIG"}, environment),
      ElementsAre("/p", "-S '/run/a b' -n 5", "x/etc/haproxy/haproxy.cfgy", "", "$HOME", "a$", "${", "${9}",
                  "x$CONFIG"));
  EXPECT_THAT(expand_exec({"$CONFIG"}, environment), ElementsAre("$CONFIG"));
  EXPECT_TRUE(expand_exec({}, environment).empty());
}

TEST(SplitQuoted, AsExtractFirstWord) {
  EXPECT_THAT(split_quoted(" a 'b c' \"d e\"f \\x41\\101\\n g\\q "), ElementsAre("a", "b c", "d ef", "AA\n", "g\\q"));
  EXPECT_THAT(split_quoted("'' \"\""), ElementsAre("", ""));
  EXPECT_THAT(split_quoted("a \\x4"), ElementsAre("a", "\\x4"));
  EXPECT_TRUE(split_quoted("").empty());
}

}  // namespace
}  // namespace preflight
