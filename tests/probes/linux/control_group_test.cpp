// SPDX-License-Identifier: Apache-2.0
// The tightest limit on the way up, in both versions of control groups and where they are mixed.
#include "probes/linux/control_group.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight {
namespace {

constexpr const char* kUnified = "0::/system.slice/haproxy.service\n";
constexpr const char* kOlder =
    "5:cpu,cpuacct:/system.slice/haproxy.service\n4:memory:/system.slice/haproxy.service\n"
    "1:name=systemd:/system.slice/haproxy.service\n0::/system.slice/haproxy.service\n";
const std::string kGroup = "/sys/fs/cgroup/system.slice/haproxy.service";

test::MapHost unified() {
  test::MapHost host;
  host.files[kGroup + "/memory.max"] = "max\n";
  host.files[kGroup + "/cpu.max"] = "max 100000\n";
  host.files["/sys/fs/cgroup/system.slice/memory.max"] = "max\n";
  host.files["/sys/fs/cgroup/cgroup.controllers"] = "cpu memory\n";
  return host;
}

TEST(ControlGroup, NoLimitIsAnAnswer) {
  const auto host = unified();
  ASSERT_TRUE(memory_limit(host, kUnified));
  EXPECT_FALSE(*memory_limit(host, kUnified));
  ASSERT_TRUE(cpu_quota(host, kUnified));
  EXPECT_FALSE(*cpu_quota(host, kUnified));
}

TEST(ControlGroup, TheTightestOnTheWayUpCounts) {
  auto host = unified();
  host.files[kGroup + "/memory.max"] = "536870912\n";
  EXPECT_EQ(**memory_limit(host, kUnified), (GroupLimit{536870912, kGroup + "/memory.max"}));
  host.files["/sys/fs/cgroup/system.slice/memory.max"] = "536870911\n";
  EXPECT_EQ(**memory_limit(host, kUnified), (GroupLimit{536870911, "/sys/fs/cgroup/system.slice/memory.max"}));
  host.files["/sys/fs/cgroup/memory.max"] = "4096\n";
  EXPECT_EQ((*memory_limit(host, kUnified))->value, 4096U) << "the root of a container";
}

TEST(ControlGroup, CpuTimeIsToldPerSecond) {
  auto host = unified();
  struct Row {
    const char* text;
    std::uint64_t expected;
  };
  for (const Row& row : {Row{"200000 100000\n", 2'000'000}, Row{"150000 100000", 1'500'000}, Row{"1000 1000000", 1000},
                         Row{"17592186044415 1000000", 17'592'186'044'415}}) {
    host.files[kGroup + "/cpu.max"] = row.text;
    ASSERT_TRUE(cpu_quota(host, kUnified) && *cpu_quota(host, kUnified)) << row.text;
    EXPECT_EQ((*cpu_quota(host, kUnified))->value, row.expected) << row.text;
  }
}

TEST(ControlGroup, TheOlderHierarchiesHaveMountsOfTheirOwn) {
  test::MapHost host;
  host.files["/sys/fs/cgroup/memory/system.slice/haproxy.service/memory.limit_in_bytes"] = "1073741824\n";
  host.files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712\n";
  host.files["/sys/fs/cgroup/cpu/system.slice/haproxy.service/cpu.cfs_quota_us"] = "50000\n";
  host.files["/sys/fs/cgroup/cpu/system.slice/haproxy.service/cpu.cfs_period_us"] = "100000\n";
  EXPECT_EQ((*memory_limit(host, kOlder))->value, 1073741824U);
  EXPECT_EQ((*cpu_quota(host, kOlder))->value, 500'000U);
  host.files["/sys/fs/cgroup/memory/system.slice/haproxy.service/memory.limit_in_bytes"] = "9223372036854771712\n";
  host.files["/sys/fs/cgroup/cpu/system.slice/haproxy.service/cpu.cfs_quota_us"] = "-1\n";
  EXPECT_FALSE(*memory_limit(host, kOlder));
  EXPECT_FALSE(*cpu_quota(host, kOlder));
}

TEST(ControlGroup, AControllerMayBeUnifiedBesideOlderOnes) {
  test::MapHost host;
  host.files["/sys/fs/cgroup/unified/a/memory.max"] = "4096\n";
  EXPECT_EQ((*memory_limit(host, "2:pids:/a\n1:name=systemd:/a\n0::/a\n"))->value, 4096U);
}

TEST(ControlGroup, AContainerSeesItsOwnGroupAsTheRoot) {
  test::MapHost host;
  host.files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "268435456\n";
  EXPECT_EQ((*memory_limit(host, "4:memory:/docker/0123\n"))->value, 268435456U);
  host.files["/sys/fs/cgroup/memory/docker/4567/memory.limit_in_bytes"] = "1\n";
  EXPECT_FALSE(memory_limit(host, "4:memory:/docker/0123\n")) << "the process is gone";
  EXPECT_FALSE(memory_limit(host, "0::/../other\n")) << "outside of our namespace";
}

TEST(ControlGroup, WhatCannotBeReadIsAnError) {
  auto host = unified();
  host.refused[kGroup + "/memory.max"] = EACCES;
  ASSERT_FALSE(memory_limit(host, kUnified));
  EXPECT_EQ(memory_limit(host, kUnified).error().code, std::errc::permission_denied);
  for (const char* text : {"many\n", "12x\n", "99999999999999999999\n"}) {
    auto broken = unified();
    broken.files[kGroup + "/memory.max"] = text;
    EXPECT_FALSE(memory_limit(broken, kUnified)) << text;
  }
  EXPECT_FALSE(memory_limit(test::MapHost(), kUnified)) << "no control groups are mounted";
  EXPECT_FALSE(memory_limit(test::MapHost(), "0::/\n"));
  EXPECT_FALSE(memory_limit(unified(), "")) << "no membership";
  EXPECT_FALSE(memory_limit(unified(), "nonsense\n:\n"));
}

TEST(ControlGroup, SlicesNest) {
  EXPECT_EQ(moved_to_slice(kUnified, "system.slice"), "0::/system.slice\n");
  EXPECT_EQ(moved_to_slice(kUnified, "-.slice"), "0::/\n");
  EXPECT_EQ(moved_to_slice(kUnified, "a-b-c.slice"), "0::/a.slice/a-b.slice/a-b-c.slice\n");
  auto host = unified();
  host.files["/sys/fs/cgroup/system.slice/memory.max"] = "4096\n";
  EXPECT_EQ((*memory_limit(host, moved_to_slice("0::/user.slice/session-1.scope\n", "system.slice")))->value, 4096U);
  test::MapHost older;
  older.files["/sys/fs/cgroup/memory/system.slice/memory.limit_in_bytes"] = "8192\n";
  EXPECT_EQ((*memory_limit(older, moved_to_slice(kOlder, "system.slice")))->value, 8192U);
}

TEST(ControlGroup, AnErrorOnTheWayHidesWhatIsTight) {
  const GroupBound none = std::nullopt;
  const GroupBound small = GroupLimit{1, "a"};
  const GroupBound large = GroupLimit{2, "b"};
  const GroupBound unknown = unread("c");
  EXPECT_EQ(tighter(small, large), small);
  EXPECT_EQ(tighter(large, small), small);
  EXPECT_EQ(tighter(none, large), large);
  EXPECT_EQ(tighter(large, none), large);
  EXPECT_EQ(tighter(none, none), none);
  EXPECT_FALSE(tighter(small, unknown));
  EXPECT_FALSE(tighter(unknown, none));
}

}  // namespace
}  // namespace preflight
