// SPDX-License-Identifier: Apache-2.0
// Sysctls and counters: what the kernel writes, and what it would never write.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/host/command.h"
#include "probes/host/live_host.h"
#include "probes/linux/counters.h"
#include "probes/linux/process.h"
#include "probes/linux/sysctl.h"
#include "tests/support/map_host.h"

namespace preflight {
namespace {

Sysctls with(const std::string& key, const std::string& text) {
  Sysctls sysctls;
  sysctls.values.emplace(key, text);
  return sysctls;
}

TEST(Sysctl, KeysBecomePathsAndErrorsKeepTheKey) {
  test::MapHost host;
  host.files["/proc/sys/net/core/somaxconn"] = "4096\n";
  host.files["/proc/sys/net/ipv4/conf/eth0.200/forwarding"] = "1\n";
  const std::array<std::string_view, 6> keys = {
      "net.core.somaxconn", "net.ipv4.conf.eth0/200.forwarding", "fs.nr_open", "net..x", "net.//.x", ""};
  const auto found = read_sysctls(host, Netns{}, keys);
  EXPECT_EQ(found.integer("net.core.somaxconn"), 4096);
  EXPECT_EQ(found.text("net.ipv4.conf.eth0/200.forwarding"), "1");
  EXPECT_EQ(found.text("fs.nr_open").error().code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(found.text("fs.nr_open").error().object, "fs.nr_open");
  for (const auto* key : {"net..x", "net.//.x", ""})
    EXPECT_EQ(found.text(key).error().code, std::errc::invalid_argument) << key;
  EXPECT_EQ(found.text("net.core.never_asked").error().code, std::errc::operation_not_supported);
}

TEST(Sysctl, NumbersAndRanges) {
  EXPECT_EQ(with("k", "32768\t60999").range("k"), (PortRange{32768, 60999}));
  EXPECT_EQ(with("k", "8080,9000-9010").ranges("k"), (std::vector<PortRange>{{8080, 8080}, {9000, 9010}}));
  EXPECT_EQ(with("k", "").ranges("k"), std::vector<PortRange>{});
  for (const auto* text : {"", "1 2 3", "x", "1 70000", "-1 2", "1"}) EXPECT_FALSE(with("k", text).range("k")) << text;
  for (const auto* text : {",", "1-", "-1", "1-2-3", "70000", "1 2"}) EXPECT_FALSE(with("k", text).ranges("k")) << text;
  for (const auto* text : {"", "1 2", "0x1", "9999999999999999999"}) EXPECT_FALSE(with("k", text).integer("k")) << text;
}

TEST(Sysctl, RealKernel) {
  const std::array<std::string_view, 2> keys = {"net.core.somaxconn", "net.ipv4.ip_local_port_range"};
  const auto found = read_sysctls(LiveHost(), Netns{}, keys);
  EXPECT_TRUE(found.integer("net.core.somaxconn"));
  EXPECT_TRUE(found.range("net.ipv4.ip_local_port_range"));
}

TEST(Counters, RealKernel) {
  const auto netstat = read_netstat(LiveHost(), Netns{});
  ASSERT_TRUE(netstat) << describe(netstat.error());
  EXPECT_TRUE(netstat->get("ListenOverflows"));
  EXPECT_FALSE(netstat->get("NoSuchCounter"));
  const auto sockstat = read_sockstat(LiveHost(), Netns{});
  ASSERT_TRUE(sockstat) << describe(sockstat.error());
  EXPECT_TRUE(sockstat->get("TCP.tw"));
}

TEST(Counters, NetstatByName) {
  test::MapHost host;
  host.files["/proc/net/netstat"] = "IpExt: A ListenDrops\nIpExt: 9 9\nTcpExt: B ListenDrops\nTcpExt: 1 2\n";
  EXPECT_EQ(read_netstat(host, Netns{})->get("ListenDrops"), 2);
  for (const auto* text : {"", "TcpExt: A B\n", "TcpExt: A B\nTcpExt: 1\n", "TcpExt: A\nTcpExt: x\n"}) {
    host.files["/proc/net/netstat"] = text;
    EXPECT_FALSE(read_netstat(host, Netns{})) << text;
  }
}

TEST(Counters, ConntrackIsSummedOverCpus) {
  test::MapHost host;
  const std::string path = "/proc/net/stat/nf_conntrack";
  EXPECT_EQ(read_conntrack(host, Netns{}).error().code, std::errc::no_such_file_or_directory);
  host.files[path] = "entries  drop early_drop\n0000000a  00000010 00000000\n0000000a  000000ff ffffffff\n";
  const auto found = read_conntrack(host, Netns{});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->get("drop"), 0x10f);
  EXPECT_EQ(found->get("early_drop"), 0xffffffff);
  for (const auto* text : {"", "drop\n", "drop x\n1\n", "drop\nzz\n"}) {
    host.files[path] = text;
    EXPECT_FALSE(read_conntrack(host, Netns{})) << text;
  }
}

/// "77 99\n": what prlimit(1) says of the open files of a process.
std::string prlimit_of(pid_t pid) {
  auto pending = start_command(Command{
      .path = "/usr/bin/prlimit",
      .arguments = {"--pid", std::to_string(pid), "--nofile", "--output", "SOFT,HARD", "--noheadings", "--raw"}});
  if (!pending) return describe(pending.error());
  const auto output = (*pending)->finish();
  return output ? output->out : describe(output.error());
}

std::string as_prlimit(const Limits& limits) {
  const auto word = [](std::uint64_t limit) { return limit == kUnlimited ? "unlimited" : std::to_string(limit); };
  return word(limits.soft) + " " + word(limits.hard) + "\n";
}

TEST(Process, LimitsAreWhatPrlimitSays) {
  if (::access("/usr/bin/prlimit", X_OK) != 0) GTEST_SKIP() << "needs /usr/bin/prlimit";
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit other{77, 99};
    if (::setrlimit(RLIMIT_NOFILE, &other) != 0) ::_exit(1);
    ::raise(SIGSTOP);
    ::_exit(0);
  }
  ASSERT_GT(child, 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_EQ(prlimit_of(child), "77 99\n");
  for (const pid_t pid : {child, ::getpid(), pid_t{1}}) {
    const auto limits = read_nofile(LiveHost(), pid);
    ASSERT_TRUE(limits) << describe(limits.error());
    EXPECT_EQ(as_prlimit(*limits), prlimit_of(pid)) << pid;
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
}

TEST(Process, RealProcessIsWhatTheSystemCallsSay) {
  const auto self = read_process(LiveHost(), ::getpid());
  ASSERT_TRUE(self) << describe(self.error());
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const auto as_ours = [](rlim_t value) { return value == RLIM_INFINITY ? kUnlimited : value; };
  EXPECT_EQ(self->nofile, (Limits{as_ours(limit.rlim_cur), as_ours(limit.rlim_max)}));
  EXPECT_EQ(self->uid, ::geteuid());
  EXPECT_EQ(self->gid, ::getegid());
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_GE(self->open_descriptors.value_or(0), 3U);
  std::array<char, 4096> buffer{};
  ASSERT_NE(::getcwd(buffer.data(), buffer.size()), nullptr);
  EXPECT_EQ(self->working_directory, std::string(buffer.data()));
  const auto identity = read_identity(LiveHost());
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->uid, ::geteuid());
}

}  // namespace
}  // namespace preflight
