// SPDX-License-Identifier: Apache-2.0
// Roles of haproxy's processes: drawn by hand for every way of starting it, and seen on the real program.
#include "probes/haproxy/instances.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/host/live_host.h"
#include "tests/support/map_host.h"
#include "tests/support/scratch.h"

namespace preflight::haproxy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Shape {
  pid_t pid = 0;
  pid_t parent = 1;
  std::uint64_t start = 0;
  std::string command_line;
  std::string unit = {};
  std::string environment = {};
  std::uint32_t uid = 0;
  std::string command = "haproxy";
};

test::MapHost host_with(const std::vector<Shape>& shapes) {
  test::MapHost host;
  host.files["/proc/1/comm"] = "systemd\n";
  for (const auto& s : shapes) {
    const auto at = "/proc/" + std::to_string(s.pid) + "/";
    const auto id = std::to_string(s.uid);
    host.files[at + "comm"] = s.command + "\n";
    host.files[at + "stat"] = std::to_string(s.pid) + " (" + s.command + ") S " + std::to_string(s.parent) +
                              " 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " + std::to_string(s.start) + " 0\n";
    host.files[at + "status"] =
        "Uid:\t" + id + "\t" + id + "\t0\t0\nGid:\t0\t0\t0\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t0\n";
    std::string words;
    for (std::size_t from = 0; from <= s.command_line.size();) {
      const auto to = std::min(s.command_line.find(' ', from), s.command_line.size());
      words += s.command_line.substr(from, to - from) + '\0';
      from = to + 1;
    }
    host.files[at + "cmdline"] = words;
    host.files[at + "environ"] = s.environment;
    host.files[at + "cgroup"] = s.unit.empty() ? "0::/\n" : "0::/system.slice/" + s.unit + "\n";
    host.links[at + "cwd"] = "/srv";
  }
  return host;
}

std::vector<pid_t> pids(const std::vector<const ProcessFacts*>& processes) {
  std::vector<pid_t> found;
  for (const auto* process : processes) found.push_back(process->pid);
  return found;
}

std::vector<InstanceFacts> find(const HostView& host) {
  std::vector<Error> blind_spots;
  auto found = find_running(host, blind_spots);
  EXPECT_TRUE(blind_spots.empty()) << describe(blind_spots.front());
  return found;
}

TEST(FindRunning, MasterAndWorkerOfAUnit) {
  const auto found = find(host_with({{10, 1, 100, "haproxy -Ws -f /etc/haproxy/haproxy.cfg", "haproxy.service"},
                                     {11, 10, 105, "haproxy -Ws -f /etc/haproxy/haproxy.cfg", "haproxy.service"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "haproxy.service");
  EXPECT_EQ(found[0].source, ConfigSource::running);
  EXPECT_EQ(found[0].netns.pid, 10);
  ASSERT_NE(found[0].head(), nullptr);
  EXPECT_EQ(found[0].head()->pid, 10);
  EXPECT_EQ(found[0].processes[0].role, Role::master);
  EXPECT_THAT(pids(found[0].workers()), ElementsAre(11));
  EXPECT_THAT(pids(found[0].old_workers()), IsEmpty());
}

TEST(FindRunning, WorkersNamedByAYoungerOneAreOld) {
  // As 2.6 shows it after two reloads: the master's own words never change.
  const auto found = find(host_with({{10, 1, 100, "haproxy -W -f a.cfg"},
                                     {11, 10, 105, "haproxy -W -f a.cfg"},
                                     {12, 10, 200, "haproxy -sf 11 -x sockpair@3 -W -f a.cfg"},
                                     {13, 10, 300, "haproxy -sf 12 11 -x sockpair@4 -W -f a.cfg"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(pids(found[0].workers()), ElementsAre(13));
  EXPECT_THAT(pids(found[0].old_workers()), ElementsAre(11, 12));
  EXPECT_EQ(found[0].name, "/srv/a.cfg");
}

TEST(FindRunning, WorkerStaysCurrentWhenItsSuccessorDied) {
  // 3.1 and later: the master carries the list, and the new worker did not come up.
  const auto found = find(
      host_with({{10, 1, 100, "haproxy -sf 11 -x sockpair@3 -W -f /a.cfg"}, {11, 10, 105, "haproxy -W -f /a.cfg"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(pids(found[0].workers()), ElementsAre(11));
  EXPECT_THAT(pids(found[0].old_workers()), IsEmpty());
}

TEST(FindRunning, WorkersForkedFromAMasterThatCarriesTheList) {
  const auto found = find(host_with({{10, 1, 100, "haproxy -sf 11 -x sockpair@3 -W -f /a.cfg"},
                                     {11, 10, 105, "haproxy -W -f /a.cfg"},
                                     {12, 10, 205, "haproxy -sf 11 -x sockpair@3 -W -f /a.cfg"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(pids(found[0].workers()), ElementsAre(12));
  EXPECT_THAT(pids(found[0].old_workers()), ElementsAre(11));
}

TEST(FindRunning, MasterWorkerInTheConfigurationIsSeenByChildrenOrEnvironment) {
  auto found = find(host_with({{10, 1, 100, "haproxy -f /a.cfg"}, {11, 10, 105, "haproxy -f /a.cfg"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].processes[0].role, Role::master);
  found = find(host_with({{10, 1, 100, "haproxy -f /a.cfg", "", std::string("HAPROXY_MWORKER=1\0", 18)}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].processes[0].role, Role::master);
  EXPECT_THAT(found[0].workers(), IsEmpty());
}

TEST(FindRunning, StandaloneWithPredecessorsThatDrain) {
  const auto found = find(host_with({{10, 1, 100, "haproxy -D -f /a.cfg"},
                                     {20, 1, 200, "haproxy -D -f /a.cfg -sf 10"},
                                     {30, 1, 300, "haproxy -D -f /a.cfg -st 20"}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].head()->pid, 30);
  EXPECT_EQ(found[0].processes[0].role, Role::standalone);
  EXPECT_THAT(pids(found[0].workers()), ElementsAre(30));
  EXPECT_THAT(pids(found[0].old_workers()), ElementsAre(10, 20));
}

TEST(FindRunning, AStrangersListDemotesNobody) {
  // Older than what it names, another user's, another master's worker, itself, and numbers that are none.
  EXPECT_EQ(find(host_with({{10, 1, 300, "haproxy -f /a.cfg"}, {20, 1, 200, "haproxy -f /b.cfg -sf 10"}})).size(), 2U);
  EXPECT_EQ(find(host_with({{10, 1, 100, "haproxy -f /a.cfg", "", "", 103},
                            {20, 1, 200, "haproxy -f /b.cfg -sf 10", "", "", 1000}}))
                .size(),
            2U);
  const auto found = find(host_with({{10, 1, 100, "haproxy -W -f /a.cfg"},
                                     {11, 10, 110, "haproxy -W -f /a.cfg"},
                                     {20, 1, 200, "haproxy -f /b.cfg -sf 10 11 20 -1 x 99999999999999999999"}}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(pids(found[0].workers()), ElementsAre(11));
  EXPECT_THAT(pids(found[1].workers()), ElementsAre(20));
}

TEST(FindRunning, SeveralInstancesByName) {
  const auto found = find(host_with({{30, 1, 100, "haproxy -W -f /z.cfg"},
                                     {10, 1, 100, "haproxy -Ws -f /a.cfg", "haproxy@edge.service"},
                                     {20, 1, 100, "haproxy -db -C /opt -f b.cfg", "session-3.scope"}}));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].name, "/opt/b.cfg");
  EXPECT_EQ(found[1].name, "/z.cfg");
  EXPECT_EQ(found[2].name, "haproxy@edge.service");
}

TEST(FindRunning, ChecksVersionsZombiesAndOtherProgramsAreNoInstances) {
  EXPECT_THAT(find(host_with({{10, 1, 100, "haproxy -c -f /a.cfg"},
                              {11, 1, 100, "haproxy -vv"},
                              {12, 1, 100, ""},
                              {13, 1, 100, "nginx -f /a.cfg", "", "", 0, "nginx"}})),
              IsEmpty());
}

TEST(FindRunning, HiddenProcessesAreABlindSpot) {
  auto host = host_with({{10, 1, 100, "haproxy -f /a.cfg"}});
  host.files.erase("/proc/1/comm");
  std::vector<Error> blind_spots;
  EXPECT_THAT(find_running(host, blind_spots), IsEmpty());
  ASSERT_EQ(blind_spots.size(), 1U);
  EXPECT_EQ(blind_spots[0].code, std::errc::permission_denied);
}

TEST(FindRunning, AProcessThatCannotBeReadIsABlindSpot) {
  auto host = host_with({{10, 1, 100, "haproxy -f /a.cfg"}});
  host.refused["/proc/10/status"] = EACCES;
  std::vector<Error> blind_spots;
  EXPECT_THAT(find_running(host, blind_spots), IsEmpty());
  EXPECT_EQ(blind_spots.size(), 1U);
}

/// A TCP socket on loopback that closes with its owner.
class Tcp {
 public:
  Tcp() : number_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  explicit Tcp(int number) : number_(number) {}
  ~Tcp() { ::close(number_); }
  Tcp(const Tcp&) = delete;
  Tcp& operator=(const Tcp&) = delete;

  std::uint16_t listen() const {
    auto address = loopback(0);
    ::bind(number_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::listen(number_, 8);
    socklen_t size = sizeof(address);
    ::getsockname(number_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }
  bool connect(std::uint16_t port) const {
    const auto address = loopback(port);
    return ::connect(number_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  int number_;
};

constexpr const char* kHaproxy = "/usr/sbin/haproxy";

/// haproxy in the foreground of a scratch directory, ended with its owner.
class RealHaproxy {
 public:
  explicit RealHaproxy(const char* mode) : mode_(mode) {
    backend_port_ = backend_.listen();
    port_ = Tcp().listen();
    config_ =
        scratch_.file("a.cfg",
                      "global\n  nbthread 1\n  maxconn 50\ndefaults\n  mode tcp\n  timeout connect 5s\n"
                      "  timeout client 60s\n  timeout server 60s\nlisten l\n  bind 127.0.0.1:" +
                          std::to_string(port_) + "\n  server s 127.0.0.1:" + std::to_string(backend_port_) + "\n");
    pid_ = ::fork();
    if (pid_ == 0) {
      const int null = ::open("/dev/null", O_RDWR);
      for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
      ::execl(kHaproxy, kHaproxy, mode_, "-f", config_.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
  }
  ~RealHaproxy() {
    ::kill(pid_, SIGTERM);
    int status = 0;
    for (int i = 0; i < 300 && ::waitpid(pid_, &status, WNOHANG) == 0; ++i) pause();
    if (::kill(pid_, 0) == 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status, 0);
    }
  }
  RealHaproxy(const RealHaproxy&) = delete;
  RealHaproxy& operator=(const RealHaproxy&) = delete;

  /// The instance once it looks as wanted, or as it looked last.
  [[nodiscard]] InstanceFacts wait_for(const std::function<bool(const InstanceFacts&)>& wanted, int looks = 500) const {
    InstanceFacts last;
    for (int i = 0; i < looks; ++i) {
      std::vector<Error> blind_spots;
      for (auto& instance : find_running(LiveHost(), blind_spots))
        if (instance.name == config_ && instance.head() != nullptr && instance.head()->pid == pid_)
          last = std::move(instance);
      if (wanted(last)) break;
      pause();
    }
    return last;
  }
  /// A master that is just executing itself ignores the signal, so it is sent again when nothing came of it.
  [[nodiscard]] InstanceFacts reload(std::size_t old_workers) const {
    const auto reloaded = [&](const InstanceFacts& i) { return i.old_workers().size() == old_workers; };
    InstanceFacts last;
    for (int attempt = 0; attempt < 5 && !reloaded(last); ++attempt) {
      ::kill(pid_, SIGUSR2);
      last = wait_for(reloaded, 100);
    }
    return last;
  }
  static void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& config() const { return config_; }

 private:
  const char* mode_;
  test::Scratch scratch_;
  Tcp backend_;
  std::uint16_t backend_port_ = 0;
  std::uint16_t port_ = 0;
  std::string config_;
  pid_t pid_ = -1;
};

TEST(FindRunning, RealMasterKeepsItsRoleAndOldWorkersThroughReloads) {
  if (::access(kHaproxy, X_OK) != 0) GTEST_SKIP() << "haproxy is not installed";
  if (::geteuid() != 0) GTEST_SKIP() << "only root sees every process whatever the mount of /proc";
  const RealHaproxy haproxy("-W");
  const auto started = haproxy.wait_for([](const auto& i) { return i.workers().size() == 1; });
  ASSERT_EQ(started.workers().size(), 1U);
  EXPECT_EQ(started.processes.front().role, Role::master);
  EXPECT_EQ(started.head()->executable, kHaproxy);
  const auto first = started.workers()[0]->pid;

  const Tcp client;
  for (int i = 0; i < 250 && !client.connect(haproxy.port()); ++i) RealHaproxy::pause();
  const auto reloaded = haproxy.reload(1);
  EXPECT_THAT(pids(reloaded.old_workers()), ElementsAre(first));
  ASSERT_EQ(reloaded.workers().size(), 1U);
  const auto second = reloaded.workers()[0]->pid;
  EXPECT_NE(second, first);

  const Tcp other;
  ASSERT_TRUE(other.connect(haproxy.port()));
  const auto twice = haproxy.reload(2);
  EXPECT_THAT(pids(twice.old_workers()), ::testing::UnorderedElementsAre(first, second));
  EXPECT_EQ(twice.workers().size(), 1U);
}

TEST(FindRunning, RealStandalone) {
  if (::access(kHaproxy, X_OK) != 0) GTEST_SKIP() << "haproxy is not installed";
  if (::geteuid() != 0) GTEST_SKIP() << "only root sees every process whatever the mount of /proc";
  const RealHaproxy haproxy("-db");
  const auto found = haproxy.wait_for([](const auto& i) { return i.running(); });
  ASSERT_EQ(found.processes.size(), 1U);
  EXPECT_EQ(found.processes[0].role, Role::standalone);
  EXPECT_EQ(found.command_line.configs, std::vector<std::string>{haproxy.config()});
  EXPECT_EQ(found.netns.pid, haproxy.pid());
}

}  // namespace
}  // namespace preflight::haproxy
