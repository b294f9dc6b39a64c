// SPDX-License-Identifier: Apache-2.0
// Lines that are kept for what can be said of them, and what a variable without a value leaves open.
#include "probes/haproxy/noted_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"

namespace preflight::haproxy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Config parse(const std::string& text, const ReadContext& context = {}) {
  return parse_config({{"h.cfg", text}}, context);
}

std::vector<std::string> noted(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto& line : parse(text).noted) {
    lines.push_back(line.section + ":" + std::to_string(line.origin.line) + " " + line.words);
  }
  return lines;
}

TEST(NotedLines, AreKeptWithTheirSection) {
  EXPECT_THAT(
      noted("global\n nbproc 4\n nice -5\n maxconn 9\n timeout client 5s\nbackend b\n maxconn 5\n"
            "frontend f\n maxconn 5\n option forceclose\n no option http-use-htx\n timeout client 5s\n"
            "program p\n command x\n"),
      ElementsAre("global:2 nbproc 4", "global:3 nice -5", "global:5 timeout client 5s", "backend:7 maxconn 5",
                  "frontend:10 option forceclose", "frontend:11 no option http-use-htx", "program:13 program p"));
}

TEST(NotedLines, AreThoseOfTheirOwnSectionsOnly) {
  EXPECT_THAT(noted("global\n grace 5s\n stats socket /s\n cpu-mapped 1\nfrontend f\n nbproc 4\n ulimit-n 3\n"
                    " option httpclose\n mode http\n stats bind-process 1\nuserlist u\n option forceclose\n"),
              IsEmpty());
}

TEST(NotedLines, AreNotReadInABranchThatDoesNotHold) {
  EXPECT_THAT(noted(".if 0\nglobal\n nbproc 4\n.endif\n"), IsEmpty());
}

TEST(NotedLines, AreShortPrintableAndFew) {
  const auto lines = noted("global\n nbproc \"\\x1b[31m" + std::string(5000, 'x') + "\" 2 3 4 5\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_LT(lines.front().size(), 120U);
  EXPECT_EQ(lines.front().find('\x1b'), std::string::npos);
  std::string many = "global\n";
  for (int i = 0; i < 5000; ++i) many += " nbproc 1\n";
  EXPECT_EQ(parse(many).noted.size(), kNotedLimit);
}

struct GapRow {
  const char* line;
  const char* variable;
  Gap gap;
};
class Gaps : public ::testing::TestWithParam<GapRow> {};

TEST_P(Gaps, AreToldApart) {
  const std::string line = GetParam().line;
  const bool global = line.rfind("stats", 0) == 0;
  const auto config = parse((global ? "global\n " : "listen l\n ") + line + "\n");
  const Remark* found = nullptr;
  for (const auto& remark : config.remarks) {
    if (remark.kind == RemarkKind::unset_variable) found = &remark;
  }
  ASSERT_NE(found, nullptr) << line;
  EXPECT_EQ(found->variable, GetParam().variable);
  EXPECT_EQ(found->gap, GetParam().gap);
}
INSTANTIATE_TEST_SUITE_P(Lines, Gaps,
                         ::testing::Values(GapRow{"bind ${IP}:80", "IP", Gap::listener},
                                           GapRow{"bind \"${IP}:80\"", "IP", Gap::listener},
                                           GapRow{"bind 10.0.0.1:80,${IP}:81", "IP", Gap::listener},
                                           GapRow{"bind \"10.0.0.1:80,${IP}:81\" name x", "IP", Gap::listener},
                                           GapRow{"bind 10.0.0.1:80 name \"${N}\"", "N", Gap::elsewhere},
                                           GapRow{"stats socket \"$IP:9999\" level admin", "IP", Gap::listener},
                                           GapRow{"stats socket ${IP}:9999", "IP", Gap::listener},
                                           GapRow{"server a ${IP}:80", "IP", Gap::address},
                                           GapRow{"server a \"$IP\":80 check", "IP", Gap::address},
                                           GapRow{"server a 10.0.0.1:80 cookie \"$C\"", "C", Gap::elsewhere},
                                           GapRow{"source \"$S\"127.0.0.1", "S", Gap::address},
                                           GapRow{"http-request set-header X \"${V}\"", "V", Gap::elsewhere}));

TEST(NotedLines, ADefaultOrAValueLeavesNoGap) {
  EXPECT_THAT(parse("listen l\n bind \"${IP-127.0.0.1}:80\"\n").remarks, IsEmpty());
  EXPECT_THAT(parse("listen l\n bind ${IP}:80\n", {.environment = {{"IP", "127.0.0.1"}}}).remarks, IsEmpty());
  EXPECT_THAT(parse("listen l\n http-request set-header X '${V}'\n").remarks, IsEmpty());
}

TEST(NotedLines, InterfacesOfSourcesAreKept) {
  const auto config = parse(
      "backend b\n source 10.0.0.9 interface eth1\n"
      " server a 10.0.0.1:80 source 10.0.0.9:1000-2000 usesrc clientip interface eth2\n"
      " server b 10.0.0.2:80 source 10.0.0.9\n");
  const auto& proxy = config.proxies.front();
  ASSERT_TRUE(proxy.source_interface);
  EXPECT_EQ(proxy.source_interface->value, "eth1");
  EXPECT_EQ(proxy.source_interface->origin.column, 28U);
  ASSERT_TRUE(proxy.servers[0].settings.source_interface);
  EXPECT_EQ(proxy.servers[0].settings.source_interface->value, "eth2");
  EXPECT_FALSE(proxy.servers[1].settings.source_interface);
}

}  // namespace
}  // namespace preflight::haproxy
