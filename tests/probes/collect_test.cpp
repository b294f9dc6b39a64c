// SPDX-License-Identifier: Apache-2.0
// One pass: each source once, programs first, named configurations or nothing.
#include "probes/collect.h"

#include <algorithm>
#include <cerrno>

#include <gtest/gtest.h>

#include "probes/host/forwarding_host.h"
#include "tests/support/scripted_host.h"

namespace preflight {
namespace {

test::ScriptedHost stock_host() {
  test::ScriptedHost host;
  host.files["/proc/1/comm"] = "systemd\n";
  host.files["/proc/self/status"] = "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapPrm:\tff\nCapEff:\tff\nCapBnd:\tff\n";
  host.files["/proc/sys/kernel/hostname"] = "lb07\n";
  host.files["/proc/sys/fs/nr_open"] = "1048576\n";
  host.files["/proc/sys/net/core/somaxconn"] = "4096\n";
  host.files["/etc/os-release"] = "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
  host.files["/etc/haproxy/haproxy.cfg"] = "global\n  maxconn 100\nlisten l\n  bind *:80\n";
  return host;
}

TEST(Collect, AStoppedStockHost) {
  const auto host = stock_host();
  CollectRequest request;
  request.sysctls = {"fs.nr_open", "net.core.somaxconn"};
  const auto facts = collect(host, request);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->host.name, "lb07");
  EXPECT_EQ(facts->host.system, "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(*facts->sysctls.integer("fs.nr_open"), 1048576);
  EXPECT_FALSE(facts->sysctls.integer("net.core.somaxconn")) << "of a namespace";
  ASSERT_EQ(facts->networks.size(), 1U);
  EXPECT_EQ(*facts->networks.front().sysctls.integer("net.core.somaxconn"), 4096);
  ASSERT_EQ(facts->instances.size(), 1U);
  EXPECT_EQ(facts->instances.front().config->global.maxconn->value, 100);
  EXPECT_FALSE(facts->instances.front().binary) << "not installed";
  EXPECT_TRUE(host.queries.empty()) << "no check needs sockets";
}

/// haproxy goes away when its start is over: when the last of what its process shows was read. Then there is none, or
/// the next start.
class FailingStart final : public ForwardingHost {
 public:
  FailingStart(const HostView& inner, bool again) : ForwardingHost(inner), again_(again) {}
  [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override {
    if (path == "/proc/10/stat" && ++asked_ % 3 == 0) return fail_errno(ENOENT, path);
    return inner().read(path, limit);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    auto names = inner().list(path);
    if (path == "/proc" && asked_ > 2 && !again_) std::erase(*names, "10");
    return names;
  }

 private:
  bool again_;
  mutable int asked_ = 0;
};

TEST(Collect, AProcessThatGoesAwayMeanwhileIsNotHalfRead) {
  auto host = stock_host();
  host.process(10, "haproxy -f /etc/haproxy/haproxy.cfg", "/system.slice/a.service");
  EXPECT_TRUE(collect(host, {})->instances.front().running());
  for (const bool again : {false, true}) {
    const auto facts = collect(FailingStart(host, again), {});
    ASSERT_TRUE(facts) << describe(facts.error());
    ASSERT_EQ(facts->instances.size(), 1U);
    EXPECT_FALSE(facts->instances.front().running());
    EXPECT_EQ(facts->instances.front().config->global.maxconn->value, 100);
  }
}

TEST(Collect, WhatBoundsHaproxyIsReadWhereACheckNeedsIt) {
  auto host = stock_host();
  host.files["/proc/meminfo"] = "MemTotal: 8 kB\nMemAvailable: 4 kB\n";
  host.files["/sys/fs/cgroup/system.slice/a.service/memory.max"] = "4096\n";
  host.files["/sys/fs/cgroup/system.slice/cpu.max"] = "50000 100000\n";
  host.process(10, "haproxy -f /etc/haproxy/haproxy.cfg", "/system.slice/a.service");
  CollectRequest request;
  const auto without = collect(host, request);
  EXPECT_FALSE(without->host.memory);
  EXPECT_FALSE(without->instances.front().memory_limit);
  request.needs = {Need::memory};
  const auto memory = collect(host, request);
  EXPECT_EQ(memory->host.memory, (Memory{8192, 4096}));
  EXPECT_EQ((*memory->instances.front().memory_limit)->value, 4096U);
  EXPECT_FALSE(memory->instances.front().cpu_quota);
  request.needs = {Need::cpus};
  const auto cpus = collect(host, request);
  EXPECT_EQ((*cpus->instances.front().cpu_quota)->value, 500'000U);
  EXPECT_FALSE(cpus->host.memory);
}

TEST(Collect, InterfacesAreListedWhereAConfigurationNamesOne) {
  auto host = stock_host();
  host.files["/proc/net/dev"] = "  lo: 1 2 3\n";
  CollectRequest request;
  request.needs = {Need::interfaces};
  EXPECT_FALSE(collect(host, request)->networks.front().interfaces);
  host.files["/etc/haproxy/haproxy.cfg"] = "listen l\n  bind *:80 interface lo\n";
  const auto facts = collect(host, request);
  ASSERT_TRUE(facts->networks.front().interfaces);
  EXPECT_EQ(*facts->networks.front().interfaces, (std::set<std::string>{"lo"}));
  host.files["/etc/haproxy/haproxy.cfg"] = "backend b\n  server a 10.0.0.1:80 source 0.0.0.0 interface lo\n";
  EXPECT_TRUE(collect(host, request)->networks.front().interfaces);
}

TEST(Collect, NamespacesAreReadOnceEach) {
  auto host = stock_host();
  host.process(10, "haproxy -f /etc/haproxy/haproxy.cfg", "/system.slice/a.service");
  host.process(20, "haproxy -f /etc/haproxy/haproxy.cfg", "/system.slice/b.service");
  host.process(30, "haproxy -f /etc/haproxy/haproxy.cfg", "/system.slice/c.service");
  host.links["/proc/30/ns/net"] = "net:[3]";
  CollectRequest request;
  request.needs = {Need::listeners};
  const auto facts = collect(host, request);
  ASSERT_TRUE(facts);
  ASSERT_EQ(facts->networks.size(), 2U);
  EXPECT_EQ(facts->instances[0].netns, Netns{});
  EXPECT_EQ(facts->instances[1].netns, Netns{});
  EXPECT_EQ(facts->instances[2].netns, Netns{30});
  EXPECT_EQ(&facts->network_of(facts->instances[2]), &facts->networks[1]);
  const auto listeners = std::count_if(host.queries.begin(), host.queries.end(),
                                       [](const SocketQuery& query) { return query.protocol == Protocol::tcp; });
  EXPECT_EQ(listeners, 2);
}

TEST(Collect, HaproxyIsAskedForItsVerdictOnlyWhereACheckNeedsIt) {
  auto host = stock_host();
  host.files["/usr/sbin/haproxy"] = "ELF";
  ASSERT_TRUE(collect(host, {}));
  ASSERT_EQ(host.started.size(), 1U);
  EXPECT_EQ(host.started.front().arguments.front(), "-vv");
  host.started.clear();
  CollectRequest request;
  request.needs = {Need::verdict};
  const auto facts = collect(host, request);
  ASSERT_EQ(host.started.size(), 2U);
  EXPECT_EQ(host.started.back().arguments.front(), "-c");
  EXPECT_TRUE(facts->instances.front().verdict);
}

TEST(Collect, ANamedConfigurationThatCannotBeReadEndsTheRun) {
  const auto host = stock_host();
  CollectRequest request;
  request.configs = {"/nowhere.cfg"};
  const auto facts = collect(host, request);
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().object, "/nowhere.cfg");
}

TEST(Collect, OneThatWasFoundIsOnlyNotKnown) {
  auto host = stock_host();
  host.refused["/etc/haproxy/haproxy.cfg"] = EACCES;
  const auto facts = collect(host, {});
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->instances.front().config);
}

TEST(Collect, AnInstanceNobodyHasIsAnError) {
  const auto host = stock_host();
  CollectRequest request;
  request.instance = "other.service";
  EXPECT_FALSE(collect(host, request));
}

TEST(Collect, HiddenProcessesAreABlindSpot) {
  auto host = stock_host();
  host.files.erase("/proc/1/comm");
  const auto facts = collect(host, {});
  ASSERT_TRUE(facts);
  ASSERT_EQ(facts->blind_spots.size(), 1U);
}

TEST(Collect, AnotherMountNamespaceIsReadThroughTheProcess) {
  auto host = stock_host();
  host.process(10, "haproxy -f /etc/haproxy/haproxy.cfg", "/system.slice/a.service");
  host.links["/proc/10/ns/mnt"] = "mnt:[2]";
  host.files["/proc/10/root/etc/haproxy/haproxy.cfg"] = "global\n  maxconn 7\n";
  host.files["/usr/sbin/haproxy"] = "ELF";
  const auto facts = collect(host, {});
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->instances.front().config->global.maxconn->value, 7);
  EXPECT_EQ(facts->instances.front().config->files, std::vector<std::string>{"/etc/haproxy/haproxy.cfg"});
  EXPECT_FALSE(facts->instances.front().binary) << "its program is not ours to execute";
  ASSERT_EQ(host.started.size(), 1U) << "ours was, early, and has nothing to do with it";
  EXPECT_EQ(host.started.front().text(), "/usr/sbin/haproxy -vv");
}

}  // namespace
}  // namespace preflight
