// SPDX-License-Identifier: Apache-2.0
// Threads against quota and affinity, configured and automatic ones.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check threads_fit_the_cpus;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::threads_fit_the_cpus;

World with(const std::string& global) {
  World world;
  world.config("global\n  maxconn 100\n" + global + "listen l\n  bind *:80\n");
  return world;
}

World& quota(World& world, std::uint64_t microseconds) {
  world.instance().cpu_quota = GroupLimit{microseconds, "/sys/fs/cgroup/cpu.max"};
  return world;
}

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "instance:haproxy.service"); }

TEST(ThreadsFitTheCpus, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(ThreadsFitTheCpus, MoreThanTheMaskHolds) {
  EXPECT_EQ(verdict(judged(with("  nbthread 4\n"))), "pass");
  EXPECT_EQ(verdict(judged(with("  nbthread 5\n"))), "warning");
  auto running = with("  nbthread 4\n");
  running.running();
  EXPECT_EQ(verdict(judged(running)), "pass");
  running.instance().processes.front().process.cpus = 3;
  EXPECT_EQ(verdict(judged(running)), "warning");
}

TEST(ThreadsFitTheCpus, MoreThanTheQuotaGives) {
  World world;
  EXPECT_EQ(verdict(judged(quota(world, 4'000'000))), "pass") << "equal";
  EXPECT_EQ(verdict(judged(quota(world, 3'999'999))), "warning") << "automatic threads know of no quota";
  auto configured = with("  nbthread 2\n");
  EXPECT_EQ(verdict(judged(quota(configured, 2'000'000))), "pass");
  EXPECT_EQ(verdict(judged(quota(configured, 1'500'000))), "warning");
  const auto detail = detail_of(judged(configured));
  EXPECT_EQ(detail.where.object, "/sys/fs/cgroup/cpu.max");
  EXPECT_EQ(detail.observed->text, "2 threads");
  EXPECT_EQ(detail.expected->measure.text, "1.5 CPUs");
  EXPECT_EQ(detail.terms.front().origin.line, 3U);
  quota(configured, 1'050'000);
  EXPECT_EQ(detail_of(judged(configured)).expected->measure.text, "1.05 CPUs");
}

TEST(ThreadsFitTheCpus, OneThreadFitsHalfACpuNowhere) {
  auto world = with("  nbthread 1\n");
  EXPECT_EQ(verdict(judged(quota(world, 500'000))), "warning");
  EXPECT_EQ(detail_of(judged(world)).expected->measure.text, "0.5 CPUs");
}

TEST(ThreadsFitTheCpus, CpuMapBindsTheFirstThreadOfAStandaloneProcess) {
  auto world = with("  nbthread 4\n  cpu-map auto:1/1-4 0-3\n");
  world.running();
  auto& processes = world.instance().processes;
  processes.erase(processes.begin());
  processes.front().role = haproxy::Role::standalone;
  processes.front().process.cpus = 1;
  EXPECT_EQ(verdict(judged(world)), "pass") << "its mask says nothing of the others";
  EXPECT_EQ(verdict(judged(quota(world, 1'000'000))), "warning");
  auto unbound = with("  nbthread 4\n");
  unbound.running();
  unbound.instance().processes.front().process.cpus = 1;
  EXPECT_EQ(verdict(judged(unbound)), "warning");
}

TEST(ThreadsFitTheCpus, WhatCannotBeReadIsUnknown) {
  World world;
  world.instance().cpu_quota = fail(std::errc::permission_denied, "/proc/100/cgroup", "Permission denied");
  EXPECT_EQ(verdict(judged(world)), "unknown");
  auto many = with("  nbthread 5\n");
  many.instance().cpu_quota = world.instance().cpu_quota;
  EXPECT_EQ(verdict(judged(many)), "warning") << "too many for the CPUs all the same";
  World no_mask;
  no_mask.running();
  no_mask.instance().processes.front().process.cpus = unread("status");
  EXPECT_EQ(verdict(judged(no_mask)), "unknown");
  World no_binary;
  no_binary.instance().binary = fail(std::errc::no_such_file_or_directory, "haproxy", "not installed");
  EXPECT_EQ(verdict(judged(no_binary)), "unknown");
  EXPECT_EQ(verdict(judged(World().no_config())), "unknown");
}

}  // namespace
}  // namespace preflight::test
