// SPDX-License-Identifier: Apache-2.0
// The grammar of --what-if, word by word.
#include "policies/what_if.h"

#include <gtest/gtest.h>

namespace preflight {
namespace {

/// "maxconn exact 200000 @1"
std::string told(const Supposition& supposition) {
  static constexpr const char* kKinds[] = {"=", "more", "%"};
  const auto& spec = supposition_specs()[static_cast<std::size_t>(supposition.what)];
  const auto value = supposition.what == Supposed::port_range
                         ? std::to_string(supposition.range.first) + "-" + std::to_string(supposition.range.last)
                         : std::to_string(supposition.amount);
  return std::string(spec.name) + " " + kKinds[static_cast<std::size_t>(supposition.kind)] + " " + value + " @" +
         std::to_string(supposition.column);
}

std::string understood(std::string_view text) {
  const auto what_if = parse_what_if(text);
  if (!what_if) return "refused: " + what_if.error();
  std::string list;
  for (const auto& each : what_if->suppositions) list += (list.empty() ? "" : ", ") + told(each);
  return list;
}

TEST(WhatIf, IsUnderstood) {
  EXPECT_EQ(understood("maxconn=200000,nbthread=8,servers=+2"),
            "maxconn = 200000 @1, nbthread = 8 @16, servers more 2 @27");
  EXPECT_EQ(understood("maxconn=+50%"), "maxconn % 50 @1");
  EXPECT_EQ(understood("maxconn=-50%"), "maxconn % -50 @1");
  EXPECT_EQ(understood("maxconn=+1000"), "maxconn more 1000 @1");
  EXPECT_EQ(understood("nofile=-1"), "nofile more -1 @1");
  EXPECT_EQ(understood("servers=-1"), "servers more -1 @1");
  EXPECT_EQ(understood("port_range=10240-65535"), "port_range = 10240-65535 @1");
  EXPECT_EQ(understood("port_range=1-1"), "port_range = 1-1 @1");
  EXPECT_EQ(understood("somaxconn=65535, conntrack_max=+100%"), "somaxconn = 65535 @1, conntrack_max % 100 @17");
}

TEST(WhatIf, AnUnknownNameGetsTheNearest) {
  EXPECT_EQ(understood("maxcon=1"), "refused: nothing is called 'maxcon'; did you mean 'maxconn'?");
  EXPECT_EQ(understood("threads=1"),
            "refused: nothing is called 'threads' (maxconn, nbthread, servers, nofile, somaxconn, port_range, "
            "conntrack_max)");
  EXPECT_EQ(understood("MAXCONN=1").substr(0, 8), "refused:");
}

TEST(WhatIf, WhatIsNoAssignmentIsRefused) {
  for (const char* text : {"", ",", "maxconn", "maxconn=1,", ",maxconn=1", "=1", "maxconn 1", "maxconn=1;servers=+1"}) {
    EXPECT_EQ(understood(text).substr(0, 8), "refused:") << text;
  }
  EXPECT_EQ(understood("maxconn"), "refused: 'maxconn' is not NAME=VALUE");
}

TEST(WhatIf, NumbersAreStrict) {
  for (const char* value : {"",
                            "0",
                            "-0",
                            "+0",
                            "+",
                            "-",
                            "%",
                            "50%",
                            "+%",
                            "10k",
                            "1e5",
                            "0x10",
                            " ",
                            "+-1",
                            "--1",
                            "++1",
                            "1 2",
                            "2147483648",
                            "99999999999999999999",
                            "+100001%",
                            "-100%",
                            "1.5",
                            "+50%%"}) {
    EXPECT_EQ(understood(std::string("maxconn=") + value).substr(0, 8), "refused:") << value;
  }
  EXPECT_EQ(understood("maxconn=2147483647"), "maxconn = 2147483647 @1");
  EXPECT_EQ(understood("maxconn=0"), "refused: 'maxconn' takes N, +N, -N, +N% or -N%, N from 1 to 2147483647, not '0'");
}

TEST(WhatIf, ServersAreMoreOrFewer) {
  EXPECT_EQ(understood("servers=2"), "refused: 'servers' takes +N or -N, N from 1 to 1000, not '2'");
  EXPECT_EQ(understood("servers=+50%").substr(0, 8), "refused:");
  EXPECT_EQ(understood("servers=+1001").substr(0, 8), "refused:");
  EXPECT_EQ(understood("nbthread=+50%").substr(0, 8), "refused:");
  EXPECT_EQ(understood("nbthread=4097").substr(0, 8), "refused:");
}

TEST(WhatIf, PortRangesAreStrict) {
  for (const char* value :
       {"1024", "2000-1000", "0-100", "1-65536", "-1-5", "1024-", "-", "1024 65535", "1-2-3", "+5"}) {
    EXPECT_EQ(understood(std::string("port_range=") + value).substr(0, 8), "refused:") << value;
  }
  EXPECT_EQ(understood("port_range=5"), "refused: 'port_range' takes LOW-HIGH, not '5'");
}

TEST(WhatIf, ANameOnce) { EXPECT_EQ(understood("maxconn=1,nofile=2,maxconn=3"), "refused: two values for 'maxconn'"); }

TEST(WhatIf, HostileTextIsShownSafely) {
  const auto sentence = understood("\x1b[31m=" + std::string(100000, 'x'));
  EXPECT_EQ(sentence.find('\x1b'), std::string::npos);
  EXPECT_LT(sentence.size(), 300U);
  const auto value = understood("maxconn=\x1b]0;" + std::string(100000, '9'));
  EXPECT_EQ(value.find('\x1b'), std::string::npos);
  EXPECT_LT(value.size(), 300U);
}

TEST(WhatIf, SpecsAreInOrder) {
  for (std::size_t i = 0; i < supposition_specs().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(supposition_specs()[i].what), i);
    EXPECT_FALSE(supposition_specs()[i].meaning.empty());
  }
}

}  // namespace
}  // namespace preflight
