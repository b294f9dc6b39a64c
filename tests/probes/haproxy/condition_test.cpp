// SPDX-License-Identifier: Apache-2.0
// The expressions of .if: what 2.6 answers to `haproxy -cc`, and what cannot be known without a binary.
#include "probes/haproxy/condition.h"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "probes/haproxy/conditional_blocks.h"

namespace preflight::haproxy {
namespace {

const Environment kEnvironment = {{"SET", ""}};

BinaryFacts binary(const std::string& text, Version version) {
  BinaryFacts facts;
  facts.version = version;
  facts.version_text = text;
  facts.features = {"EPOLL", "THREAD"};
  return facts;
}

std::string answer(std::string_view expression, const BinaryFacts* facts) {
  const auto truth = evaluate_condition(expression, kEnvironment, facts);
  if (!truth) return "error";
  return *truth == Truth::yes ? "yes" : *truth == Truth::no ? "no" : "unknown";
}

struct Case {
  std::string expression;
  std::string with_26;
  std::string without_binary;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.expression; }

class Evaluates : public testing::TestWithParam<Case> {};

TEST_P(Evaluates, AsHaproxyDoes) {
  const BinaryFacts facts = binary("2.6.12-1+deb12u4", {2, 6, 12});
  EXPECT_EQ(answer(GetParam().expression, &facts), GetParam().with_26);
  EXPECT_EQ(answer(GetParam().expression, nullptr), GetParam().without_binary);
}

INSTANTIATE_TEST_SUITE_P(
    Condition, Evaluates,
    testing::Values(
        Case{"", "no", "no"}, Case{"1", "yes", "yes"}, Case{"0", "no", "no"}, Case{"-3", "yes", "yes"},
        Case{"0x10", "yes", "yes"}, Case{"1x", "error", "error"}, Case{"!0", "yes", "yes"}, Case{"! !1", "yes", "yes"},
        Case{"1 && 0", "no", "no"}, Case{"1 && 0 || 1", "yes", "yes"}, Case{"(0 || 1) && 1", "yes", "yes"},
        Case{"(1", "error", "error"}, Case{"1 1", "error", "error"}, Case{"1 &&", "error", "error"},
        Case{"defined(SET)", "yes", "yes"}, Case{"defined(NOT)", "no", "no"}, Case{"defined", "error", "error"},
        Case{"streq(a,a)", "yes", "yes"}, Case{"streq(a,\"b,c\")", "no", "no"}, Case{"streq(a)", "error", "error"},
        Case{"strneq(a,b)", "yes", "yes"}, Case{"streq(a,b", "error", "error"}, Case{"streq(,)", "yes", "yes"},
        Case{"feature(EPOLL)", "yes", "unknown"}, Case{"!feature(QUIC)", "yes", "unknown"},
        Case{"version_atleast(2.6)", "yes", "unknown"}, Case{"version_atleast(2.6.12)", "yes", "unknown"},
        Case{"version_atleast(2.6.13)", "no", "unknown"}, Case{"version_before(2.7-dev1)", "yes", "unknown"},
        Case{"version_atleast(2.6-dev9)", "yes", "unknown"}, Case{"version_before(2.4)", "no", "unknown"},
        Case{"openssl_version_atleast(1.1.1)", "unknown", "unknown"},
        Case{"feature(QUIC) && openssl_version_before(3)", "no", "unknown"},
        Case{"1 || openssl_version_before(3)", "yes", "yes"}, Case{"strstr(abc,b)", "error", "yes"},
        Case{"enabled(EPOLL)", "error", "unknown"}, Case{"nonsense(1)", "error", "error"}));

TEST(Condition, TheTlsLibraryIsTheOneOfTheBinary) {
  BinaryFacts old = binary("2.6.12", {2, 6, 12});
  old.tls_built = "OpenSSL 1.1.1n  15 Mar 2022";
  old.tls_running = "OpenSSL 1.1.1w  11 Sep 2023";
  EXPECT_EQ(answer("openssl_version_atleast(1.1.1)", &old), "yes");
  EXPECT_EQ(answer("openssl_version_atleast(1.1.1n)", &old), "yes");
  EXPECT_EQ(answer("openssl_version_atleast(1.1.1o)", &old), "no") << "what it was compiled with counts";
  EXPECT_EQ(answer("openssl_version_before(3.0.0)", &old), "yes");
  EXPECT_EQ(answer("ssllib_name_startswith(OpenSSL 1.1.1w)", &old), "yes") << "here what it loads does";
  EXPECT_EQ(answer("ssllib_name_startswith(LibreSSL)", &old), "no");
  BinaryFacts recent = old;
  recent.tls_built = "OpenSSL 3.0.22 25 Aug 2026";
  EXPECT_EQ(answer("openssl_version_atleast(1.1.1)", &recent), "yes");
  EXPECT_EQ(answer("openssl_version_atleast(3.0.0)", &recent), "yes");
  EXPECT_EQ(answer("openssl_version_atleast(3.0.5)", &recent), "no") << "haproxy compares it in the layout of 1.x";
  EXPECT_EQ(answer("openssl_version_atleast(nonsense)", &recent), "unknown");
  BinaryFacts other = old;
  other.tls_built = "LibreSSL 3.9.0";
  EXPECT_EQ(answer("openssl_version_atleast(1.1.1)", &other), "unknown");
}

TEST(Condition, NestingIsBounded) {
  EXPECT_EQ(answer(std::string(100'000, '(') + "1", nullptr), "error");
  EXPECT_EQ(answer(std::string(100'000, '!') + "1", nullptr), "yes");
  std::string chain = "0";
  for (int i = 0; i < 2'000; ++i) chain += "||0";
  EXPECT_EQ(answer(chain, nullptr), "error");
}

TEST(Condition, DevelopmentComesBeforeRelease) {
  EXPECT_LT(compare_versions("3.5-dev5-abc", "3.5.0"), 0);
  EXPECT_LT(compare_versions("3.5-dev5", "3.5-dev6"), 0);
  EXPECT_GT(compare_versions("2.10.0", "2.9.9"), 0);
  EXPECT_EQ(compare_versions("2.6", "2.6.0"), 0);
}

TEST(ConditionalBlocks, OnlyOneBranchIsTaken) {
  ConditionalBlocks blocks;
  EXPECT_EQ(blocks.begin_if(Truth::no), "");
  EXPECT_TRUE(blocks.dropped());
  EXPECT_TRUE(blocks.needs_elif());
  EXPECT_EQ(blocks.begin_elif(Truth::yes), "");
  EXPECT_FALSE(blocks.dropped());
  EXPECT_FALSE(blocks.needs_elif());
  EXPECT_EQ(blocks.begin_else(), "");
  EXPECT_TRUE(blocks.dropped());
  EXPECT_NE(blocks.begin_else(), "");
  EXPECT_EQ(blocks.end(), "");
  EXPECT_NE(blocks.end(), "");
}

TEST(ConditionalBlocks, AnUnknownConditionLeavesOutEveryBranch) {
  ConditionalBlocks blocks;
  blocks.begin_if(Truth::unknown);
  EXPECT_TRUE(blocks.dropped());
  blocks.begin_elif(Truth::yes);
  EXPECT_TRUE(blocks.dropped());
  blocks.begin_else();
  EXPECT_TRUE(blocks.dropped());
}

TEST(ConditionalBlocks, NothingIsTakenInsideADroppedBlock) {
  ConditionalBlocks blocks;
  blocks.begin_if(Truth::no);
  EXPECT_FALSE(blocks.needs_if());
  blocks.begin_if(Truth::yes);
  EXPECT_TRUE(blocks.dropped());
  blocks.begin_else();
  EXPECT_TRUE(blocks.dropped());
}

}  // namespace
}  // namespace preflight::haproxy
