// SPDX-License-Identifier: Apache-2.0
// The rule of HAProxy's introduction: 20,000, 8,000 or 5,000 connections a gigabyte.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::test {
namespace {

Result<Quantity> memory(const std::string& rest, const std::string& global = "  maxconn 20000\n") {
  World world;
  world.config("global\n" + global + "defaults\n  mode http\n" + rest);
  return world.demand().instances.front().memory;
}

constexpr const char* kClear = "listen l\n  bind *:80\n  server a 10.0.0.1:80\n";
constexpr const char* kClient = "listen l\n  bind *:443 ssl crt /c\n  server a 10.0.0.1:80\n";
constexpr const char* kServer = "listen l\n  bind *:80\n  server a 10.0.0.1:443 ssl verify none\n";
constexpr const char* kBoth = "listen l\n  bind *:443 ssl crt /c\n  server a 10.0.0.1:443 ssl verify none\n";

TEST(MemoryDemand, FollowsTheDocumentation) {
  constexpr std::int64_t kGigabyte = 1'000'000'000;
  EXPECT_EQ(memory(kClear)->value, kGigabyte);
  EXPECT_EQ(memory(kClient, "  maxconn 8000\n")->value, kGigabyte);
  EXPECT_EQ(memory(kServer, "  maxconn 8000\n")->value, kGigabyte);
  EXPECT_EQ(memory(kBoth, "  maxconn 5000\n")->value, kGigabyte);
}

TEST(MemoryDemand, ADisabledProxySpeaksNoTls) {
  EXPECT_EQ(memory(std::string(kClear) + "frontend f\n  disabled\n  bind *:443 ssl crt /c\n")->value, 1'000'000'000);
}

TEST(MemoryDemand, DefaultServersSpeakTlsToo) {
  EXPECT_EQ(memory("backend b\n  default-server ssl verify none\n  server a 10.0.0.1:443\n", "  maxconn 8000\n")->value,
            1'000'000'000);
}

TEST(MemoryDemand, TermsAddUpAndNameTheirLines) {
  const auto need = memory(kBoth);
  ASSERT_EQ(need->terms.size(), 3U);
  std::int64_t sum = 0;
  for (const auto& term : need->terms) sum += term.value;
  EXPECT_EQ(sum, need->value);
  EXPECT_EQ(need->terms[0].label, "20,000 x 50,000 bytes a connection");
  EXPECT_EQ(need->terms[0].origin.line, 2U);
  EXPECT_EQ(need->terms[1].origin.line, 6U);
  EXPECT_EQ(need->terms[2].origin.line, 7U);
}

TEST(MemoryDemand, IsAsSureAsMaxconn) {
  EXPECT_EQ(memory(kClear)->basis, Basis::configured);
  EXPECT_EQ(memory(kClear, "")->basis, Basis::automatic);
  World unknown;
  unknown.config("listen l\n  bind *:80\n");
  unknown.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_FALSE(unknown.demand().instances.front().memory);
}

TEST(MemoryDemand, TheLargestMaxconnDoesNotOverflow) {
  EXPECT_GT(memory(kBoth, "  maxconn 9223372036854775807\n")->value, 0);
}

}  // namespace
}  // namespace preflight::test
