// SPDX-License-Identifier: Apache-2.0
// Whose control groups count: the running process's, the stopped unit's, or those of everything here.
#include "probes/haproxy/resources.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight::haproxy {
namespace {

test::MapHost host() {
  test::MapHost host;
  host.files["/proc/self/cgroup"] = "0::/user.slice/session-1.scope\n";
  host.files["/sys/fs/cgroup/memory.max"] = "8000\n";
  host.files["/sys/fs/cgroup/system.slice/memory.max"] = "4000\n";
  host.files["/sys/fs/cgroup/system.slice/cpu.max"] = "300000 100000\n";
  host.files["/sys/fs/cgroup/edge.slice/memory.max"] = "1000\n";
  host.files["/sys/fs/cgroup/user.slice/session-1.scope/memory.max"] = "10\n";
  return host;
}

InstanceFacts stopped() {
  InstanceFacts instance;
  instance.unit = UnitProperties{};
  instance.unit->name = "haproxy.service";
  instance.unit->memory_max = kUnlimited;
  instance.unit->cpu_quota = kUnlimited;
  instance.unit->slice = "system.slice";
  instance.unit_source = UnitSource::systemd;
  return instance;
}

std::uint64_t memory(const InstanceFacts& instance) {
  const auto bound = read_bound(host(), instance, Resource::memory);
  EXPECT_TRUE(bound && *bound);
  return bound && *bound ? (*bound)->value : 0;
}

TEST(Resources, AStoppedServiceIsBoundByItsUnitAndItsSlice) {
  auto instance = stopped();
  EXPECT_EQ(memory(instance), 4000U) << "not by the session we run in";
  EXPECT_EQ((*read_bound(host(), instance, Resource::cpu_time))->value, 3'000'000U);
  instance.unit->memory_max = 500;
  instance.unit->cpu_quota = 1'500'000;
  const auto bound = read_bound(host(), instance, Resource::memory);
  EXPECT_EQ(**bound, (GroupLimit{500, "MemoryMax= of haproxy.service"}));
  EXPECT_EQ(**read_bound(host(), instance, Resource::cpu_time),
            (GroupLimit{1'500'000, "CPUQuota= of haproxy.service"}));
  instance.unit->memory_max = kUnlimited;
  instance.unit->slice = "edge.slice";
  EXPECT_EQ(memory(instance), 1000U);
}

TEST(Resources, ALimitThatWasNotToldIsNotNone) {
  auto instance = stopped();
  instance.unit->memory_max = std::nullopt;
  EXPECT_FALSE(read_bound(host(), instance, Resource::memory));
}

TEST(Resources, ASliceThatIsNotThereYetBoundsNobody) {
  auto instance = stopped();
  instance.unit->slice = "idle.slice";
  EXPECT_EQ(memory(instance), 8000U) << "what is around it does";
}

TEST(Resources, WithoutAServiceManagerTheRootIsKnown) {
  InstanceFacts instance;
  EXPECT_EQ(memory(instance), 8000U);
  instance = stopped();
  instance.unit_source = UnitSource::files;
  EXPECT_EQ(memory(instance), 8000U) << "nobody applies the unit's files";
}

TEST(Resources, ARunningProcessTellsItsOwnGroup) {
  auto instance = stopped();
  instance.unit->memory_max = 5;  // of a unit that was edited since
  InstanceProcess process;
  process.process.control_groups = std::string("0::/edge.slice\n");
  instance.processes.push_back(process);
  EXPECT_EQ(memory(instance), 1000U);
  instance.processes.front().process.control_groups = fail_errno(EACCES, "cgroup");
  EXPECT_FALSE(read_bound(host(), instance, Resource::memory));
}

}  // namespace
}  // namespace preflight::haproxy
