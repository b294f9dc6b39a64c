// SPDX-License-Identifier: Apache-2.0
// What maxconn needs against what bounds it: control group, -m, and the host itself.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check memory_covers_maxconn;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::memory_covers_maxconn;

constexpr std::int64_t kMegabyte = 1'000'000;

/// Needs maxconn x 50,000 bytes.
World with(const std::string& global, std::string_view rest = "frontend web\n  bind *:80\n") {
  World world;
  world.config("global\n" + global + "defaults\n  mode http\n" + std::string(rest));
  return world;
}

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "instance:haproxy.service"); }

void limit(World& world, std::uint64_t bytes) {
  world.instance().memory_limit = GroupLimit{bytes, "/sys/fs/cgroup/memory.max"};
}

TEST(MemoryCoversMaxconn, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(MemoryCoversMaxconn, AControlGroupKills) {
  auto world = with("  maxconn 10000\n");
  limit(world, 500 * kMegabyte);
  EXPECT_EQ(verdict(judged(world)), "pass") << "exactly enough";
  limit(world, 500 * kMegabyte - 1);
  const auto outcome = judged(world);
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_EQ(detail_of(outcome).where.object, "/sys/fs/cgroup/memory.max");
  std::int64_t sum = 0;
  for (const auto& term : detail_of(outcome).terms) sum += term.value;
  EXPECT_EQ(sum, 500 * kMegabyte);
  EXPECT_EQ(verdict(judged(world.running())), "error");
}

TEST(MemoryCoversMaxconn, TlsMultipliesIt) {
  auto world = with("  maxconn 10000\n", "frontend web\n  bind *:443 ssl crt /c\n");
  limit(world, 1250 * kMegabyte - 1);
  EXPECT_EQ(verdict(judged(world)), "error");
  limit(world, 1250 * kMegabyte);
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(MemoryCoversMaxconn, TheHostItselfOnlyWarns) {
  EXPECT_EQ(verdict(judged(with("  maxconn 140000\n"))), "pass") << "7 GB available";
  EXPECT_EQ(verdict(judged(with("  maxconn 140001\n"))), "warning");
  EXPECT_EQ(verdict(judged(with("  maxconn 160001\n"))), "warning");
  auto running = with("  maxconn 160000\n");
  EXPECT_EQ(verdict(judged(running.running())), "pass") << "what it holds itself is not available any more";
  auto larger = with("  maxconn 160001\n");
  EXPECT_EQ(verdict(judged(larger.running())), "warning");
}

TEST(MemoryCoversMaxconn, NobodyAskedForAnAutomaticMaxconn) {
  auto world = with("");
  EXPECT_EQ(verdict(judged(world)), "info") << "262,000 connections on 8 GB";
  limit(world, 500 * kMegabyte);
  const auto outcome = judged(world);
  EXPECT_EQ(verdict(outcome), "info");
  ASSERT_TRUE(detail_of(outcome).consequence_of);
  EXPECT_EQ(detail_of(outcome).consequence_of->check, "maxconn_is_set");
}

TEST(MemoryCoversMaxconn, TheOptionHoldsBuffersAndTlsSessions) {
  auto world = with("  maxconn 16000\n");
  world.instance().command_line.memory_mib = 500;
  EXPECT_EQ(verdict(judged(world)), "pass") << "16,000 x 2 x 16,384 bytes are 500 MiB";
  world.instance().command_line.memory_mib = 499;
  EXPECT_EQ(verdict(judged(world)), "error");
  auto tls = with("  maxconn 16000\n", "frontend web\n  bind *:443 ssl crt /c\n");
  tls.instance().command_line.memory_mib = 500;
  EXPECT_EQ(verdict(judged(tls)), "error");
  tls.instance().command_line.memory_mib = 750;
  EXPECT_EQ(verdict(judged(tls)), "pass");
}

TEST(MemoryCoversMaxconn, ASmallAddressSpaceMayCrashTheStart) {
  auto world = with("  maxconn 10\n");
  world.instance().command_line.memory_mib = 64;
  EXPECT_EQ(verdict(judged(world)), "warning");
  world.instance().binary->version = {3, 0, 0};
  EXPECT_EQ(verdict(judged(world)), "pass");
  world.instance().binary->version = {2, 9, 0};
  world.instance().command_line.memory_mib = 128;
  EXPECT_EQ(verdict(judged(world)), "pass");
  world.instance().command_line.memory_mib = INT64_MAX;
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(MemoryCoversMaxconn, WhatCannotBeReadIsUnknown) {
  World world;
  world.instance().memory_limit = fail(std::errc::permission_denied, "/proc/100/cgroup", "Permission denied");
  EXPECT_EQ(verdict(judged(world)), "unknown");
  World no_meminfo;
  no_meminfo.facts.host.memory = fail(std::errc::permission_denied, "/proc/meminfo", "Permission denied");
  EXPECT_EQ(verdict(judged(no_meminfo)), "unknown");
  limit(no_meminfo, 1);
  EXPECT_EQ(verdict(judged(no_meminfo)), "error") << "a limit that is too low is known all the same";
  EXPECT_EQ(verdict(judged(World().no_config())), "unknown");
  auto no_maxconn = with("");
  no_maxconn.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(verdict(judged(no_maxconn)), "unknown");
}

}  // namespace
}  // namespace preflight::test
