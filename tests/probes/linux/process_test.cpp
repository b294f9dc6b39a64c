// SPDX-License-Identifier: Apache-2.0
// /proc/PID is written by the kernel but named by the process: hostile names, vanishing processes, and the real thing.
#include "probes/linux/process.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight {
namespace {

std::string stat_of(const std::string& command, std::uint64_t start = 4242) {
  return "70 (" + command + ") S 1 70 70 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 4 0 " + std::to_string(start) +
         " 1000 200 18446744073709551615 0\n";
}

const std::string kStatus =
    "Name:\thaproxy\nUmask:\t0022\nUid:\t0\t103\t103\t103\nGid:\t0\t104\t104\t104\nThreads:\t4\n"
    "CapInh:\t0000000000000000\nCapPrm:\t0000000000000400\nCapEff:\t0000000001000400\nCapBnd:\t000001ffffffffff\n"
    "Cpus_allowed:\tff0f\nCpus_allowed_list:\t0-3,8-15\n";

const std::string kLimits =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max open files            4028                 524288               files     \n";

test::MapHost host_with(const std::string& command = "haproxy") {
  test::MapHost host;
  host.files["/proc/1/comm"] = "systemd\n";
  host.files["/proc/70/comm"] = command + "\n";
  host.files["/proc/70/stat"] = stat_of(command);
  host.files["/proc/70/status"] = kStatus;
  host.files["/proc/70/limits"] = kLimits;
  host.files["/proc/70/cmdline"] = std::string("/usr/sbin/haproxy\0-f\0\0", 22);
  host.files["/proc/70/environ"] = std::string("A=1\0EMPTY=\0broken\0A=2\0B=x=y", 27);
  host.files["/proc/70/cgroup"] = "0::/system.slice/haproxy.service\n";
  host.links["/proc/70/exe"] = "/usr/sbin/haproxy";
  host.links["/proc/70/cwd"] = "/";
  host.links["/proc/70/ns/net"] = "net:[4026531840]";
  host.links["/proc/70/ns/mnt"] = "mnt:[4026531841]";
  for (int i = 0; i < 3; ++i) host.links["/proc/70/fd/" + std::to_string(i)] = "/dev/null";
  return host;
}

TEST(Process, ReadsEveryField) {
  const auto process = read_process(host_with(), 70);
  ASSERT_TRUE(process) << describe(process.error());
  EXPECT_EQ(process->parent, 1);
  EXPECT_EQ(process->threads, 4);
  EXPECT_EQ(process->start_time, 4242U);
  EXPECT_EQ(process->command, "haproxy");
  EXPECT_EQ(process->arguments, (std::vector<std::string>{"/usr/sbin/haproxy", "-f", ""}));
  EXPECT_EQ(process->uid, 103U);
  EXPECT_EQ(process->gid, 104U);
  EXPECT_EQ(process->nofile, (Limits{4028, 524288}));
  EXPECT_EQ(process->open_descriptors, 3U) << "before Linux 6.2 the entries are counted";
  ASSERT_TRUE(process->capabilities);
  EXPECT_TRUE(process->capabilities->has(kCapSysResource));
  EXPECT_EQ(process->capabilities->bounding, 0x1ffffffffffU);
  EXPECT_EQ(process->control_groups, "0::/system.slice/haproxy.service\n");
  EXPECT_EQ(process->unit, "haproxy.service");
  EXPECT_EQ(process->cpus, 12);
  EXPECT_EQ(process->network_namespace, "net:[4026531840]");
  EXPECT_EQ(process->environment,
            (std::map<std::string, std::string, std::less<>>{{"A", "1"}, {"B", "x=y"}, {"EMPTY", ""}}));
}

TEST(Process, SizeOfTheDirectoryCountsDescriptors) {
  auto host = host_with();
  host.statuses["/proc/70/fd"] = {FileKind::directory, 0500, 0, 0, 20011};
  EXPECT_EQ(read_process(host, 70)->open_descriptors, 20011U);
}

TEST(Process, NameMayHoldAnything) {
  for (const std::string name : {"a) R 9 (b", ")", "(", "", ") S 1 1 1", "sd (pam)", "line\nend"}) {
    const auto process = read_process(host_with(name), 70);
    ASSERT_TRUE(process) << name;
    EXPECT_EQ(process->command, name);
    EXPECT_EQ(process->parent, 1);
  }
}

TEST(Process, BrokenStatIsAnErrorNotAProcess) {
  for (const std::string text : {"", "70", "70 (haproxy", "70 haproxy)", "70 (haproxy) S 1", "70 )x( S 1 2 3"}) {
    auto host = host_with();
    host.files["/proc/70/stat"] = text;
    const auto process = read_process(host, 70);
    ASSERT_FALSE(process) << text;
    EXPECT_EQ(process.error().code, std::errc::bad_message);
  }
}

TEST(Process, AListOfCpusIsCounted) {
  for (const auto& [list, expected] : {std::pair{"0", 1},
                                       {"7", 1},
                                       {"0-1", 2},
                                       {"0,2,4-5", 4},
                                       {"", -1},
                                       {"3-1", -1},
                                       {"0-", -1},
                                       {"a", -1},
                                       {"0-99999999999999999999", -1},
                                       {"0,", -1}}) {
    auto host = host_with();
    host.files["/proc/70/status"] = kStatus.substr(0, kStatus.find("Cpus_allowed:")) + "Cpus_allowed_list:\t" + list;
    const auto cpus = read_process(host, 70)->cpus;
    EXPECT_EQ(cpus ? *cpus : -1, expected) << list;
  }
}

TEST(Process, UnlimitedIsAValue) {
  auto host = host_with();
  host.files["/proc/70/limits"] = "Max open files            unlimited            unlimited            files\n";
  EXPECT_EQ(read_process(host, 70)->nofile, (Limits{kUnlimited, kUnlimited}));
  host.files["/proc/70/limits"] = "Max open files            many\n";
  EXPECT_FALSE(read_process(host, 70)->nofile);
}

TEST(Process, WhatIsDeniedIsAnErrorInItsPlace) {
  auto host = host_with();
  for (const auto* name : {"exe", "cwd", "fd", "ns/net", "ns/mnt", "environ"})
    host.refused["/proc/70/" + std::string(name)] = EACCES;
  const auto process = read_process(host, 70);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->nofile, (Limits{4028, 524288}));
  EXPECT_EQ(process->executable.error().code, std::errc::permission_denied);
  EXPECT_EQ(process->environment.error().code, std::errc::permission_denied);
  EXPECT_EQ(process->open_descriptors.error().code, std::errc::permission_denied);
}

TEST(Process, MissingProcessIsEsrch) {
  const auto process = read_process(host_with(), 71);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, std::errc::no_such_process);
}

/// The number is taken by another process between the first and the last look.
class ReusedPid : public test::MapHost {
 public:
  explicit ReusedPid(const MapHost& host) : MapHost(host) {}
  using MapHost::read;
  [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override {
    if (path == "/proc/70/stat" && ++looks_ > 1) return stat_of("haproxy", 9999);
    return MapHost::read(path, limit);
  }

 private:
  mutable int looks_ = 0;
};

TEST(Process, ReusedNumberIsEsrch) {
  const ReusedPid host(host_with());
  const auto process = read_process(host, 70);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, std::errc::no_such_process);
}

TEST(FindProcesses, ByTheBeginningOfTheName) {
  auto host = host_with();
  host.files["/proc/80/comm"] = "haproxy-2.8\n";
  host.files["/proc/81/comm"] = "hap\n";
  host.files["/proc/haproxy/comm"] = "haproxy\n";
  host.files["/proc/99999999999/comm"] = "haproxy\n";
  EXPECT_EQ(find_processes(host, "haproxy"), (std::vector<pid_t>{70, 80}));
}

TEST(FindProcesses, HiddenProcessesAreAnError) {
  auto host = host_with();
  host.files.erase("/proc/1/comm");
  const auto found = find_processes(host, "haproxy");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, std::errc::permission_denied);
  auto refusing = host_with();
  refusing.refused["/proc/1/comm"] = EPERM;
  EXPECT_FALSE(find_processes(refusing, "haproxy"));
}

TEST(UnitOfCgroup, EitherHierarchy) {
  struct Case {
    const char* text;
    const char* unit;
  };
  const Case cases[] = {
      {"0::/system.slice/haproxy.service\n", "haproxy.service"},
      {"0::/system.slice/system-haproxy.slice/haproxy@edge.service\n", "haproxy@edge.service"},
      {"0::/lb.slice/haproxy.service/workers\n", "haproxy.service"},
      {"5:devices:/x.service\n1:name=systemd:/system.slice/haproxy.service\n0::/\n", "haproxy.service"},
      {"9:name=systemd:/\n0::/system.slice/haproxy.service\n", "haproxy.service"},
      {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/haproxy.service\n", "user@1000.service"},
      {"0::/user.slice/user-0.slice/session-3.scope\n", "session-3.scope"},
      {"0::/system.slice/_cpu.service\n", "cpu.service"},
      {"0::/docker/4f2a\n", ""},
      {"0::/docker/x.service\n", ""},
      {"0::/\n", ""},
      {"0::/system.slice\n", ""},
      {"0::/.service\n", ""},
      {"", ""},
      {"nonsense", ""},
      {"0:", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(unit_of_cgroup(c.text), c.unit) << c.text;
}

}  // namespace
}  // namespace preflight
