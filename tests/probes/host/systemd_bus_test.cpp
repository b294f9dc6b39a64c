// SPDX-License-Identifier: Apache-2.0
// The conversation with systemd against a peer that speaks D-Bus through sd-bus itself and says what a test wants.
#include "probes/host/systemd_bus.h"

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <systemd/sd-bus.h>

#include "tests/support/scratch.h"

namespace preflight {
namespace {

using namespace std::chrono_literals;

/// What the peer answers; the reply is filled by the test.
using Answer = std::function<int(sd_bus_message* call, sd_bus_message* reply)>;

/// libsystemd of the test, loaded by name: the program under test must not find it linked.
template <typename Function>
Function* symbol(const char* name) {
  static void* const handle = ::dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
  return reinterpret_cast<Function*>(handle == nullptr ? nullptr : ::dlsym(handle, name));
}
#define SD(name) symbol<decltype(::name)>(#name)

/// A peer on a socket of its own, served by one thread; one connection after the other.
class Peer {
 public:
  explicit Peer(Answer answer) : answer_(std::move(answer)) {
    path_ = (scratch_.path() / "private").string();
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) std::abort();
    if (::listen(listener_, 4) != 0) std::abort();
  }
  ~Peer() {
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(listener_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void serve() {
    thread_ = std::thread([this] {
      for (int fd = 0; (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) converse(fd);
    });
  }
  [[nodiscard]] systemd::Endpoint endpoint() const { return {"unix:path=" + path_, false}; }

 private:
  static int handle(sd_bus_message* call, void* self, sd_bus_error* /*error*/) {
    sd_bus_message* reply = nullptr;
    if (SD(sd_bus_message_new_method_return)(call, &reply) < 0) return 0;
    const int result = static_cast<Peer*>(self)->answer_(call, reply);
    if (result < 0) {
      SD(sd_bus_reply_method_errnof)(call, -result, "the peer says no");
    } else {
      SD(sd_bus_send)(nullptr, reply, nullptr);
    }
    SD(sd_bus_message_unref)(reply);
    return 1;
  }
  void converse(int fd) {
    sd_bus* bus = nullptr;
    sd_id128_t id{};
    id.bytes[0] = 1;
    SD(sd_bus_new)(&bus);
    SD(sd_bus_set_fd)(bus, fd, fd);
    SD(sd_bus_set_server)(bus, 1, id);
    SD(sd_bus_add_filter)(bus, nullptr, handle, this);
    SD(sd_bus_start)(bus);
    for (int result = 0; (result = SD(sd_bus_process)(bus, nullptr)) >= 0;)
      if (result == 0 && SD(sd_bus_wait)(bus, 100'000) < 0) break;
    SD(sd_bus_close_unref)(bus);
  }

  test::Scratch scratch_;
  Answer answer_;
  std::string path_;
  int listener_ = -1;
  std::thread thread_;
};

bool asks(sd_bus_message* call, const char* member) {
  return std::strcmp(SD(sd_bus_message_get_member)(call), member) == 0;
}

std::string argument(sd_bus_message* call) {
  const char* text = nullptr;
  SD(sd_bus_message_read_basic)(call, 's', &text);
  return text == nullptr ? "" : text;
}

int append(sd_bus_message* reply, const char* name, const char* type, const char* value) {
  return SD(sd_bus_message_append)(reply, "{sv}", name, type, value);
}

int append_unit(sd_bus_message* reply) {
  SD(sd_bus_message_open_container)(reply, 'a', "{sv}");
  append(reply, "Id", "s", "haproxy.service");
  append(reply, "LoadState", "s", "loaded");
  append(reply, "Following", "s", "");
  SD(sd_bus_message_append)(reply, "{sv}", "Job", "(uo)", 0U, "/");
  append(reply, "ActiveState", "s", "active");
  append(reply, "UnitFileState", "s", "enabled");
  SD(sd_bus_message_append)(reply, "{sv}", "ConditionTimestampMonotonic", "t", std::uint64_t{4711});
  append(reply, "FragmentPath", "s", "/lib/systemd/system/haproxy.service");
  SD(sd_bus_message_append)(reply, "{sv}", "DropInPaths", "as", 2, "/a.conf", "/b.conf");
  return SD(sd_bus_message_close_container)(reply);
}

int append_service(sd_bus_message* reply, const char* pid_type = "u", bool tells_groups = true) {
  SD(sd_bus_message_open_container)(reply, 'a', "{sv}");
  append(reply, "Result", "s", "success");
  append(reply, "User", "s", "");
  append(reply, "Group", "s", "haproxy");
  SD(sd_bus_message_append)(reply, "{sv}", "SupplementaryGroups", "as", 1, "ssl-cert");
  SD(sd_bus_message_append)(reply, "{sv}", "UMask", "u", 0027U);
  SD(sd_bus_message_append)(reply, "{sv}", "BindPaths", "a(ssbt)", 1, "/srv/a", "/a", 1, std::uint64_t{0x4000});
  SD(sd_bus_message_append)
  (reply, "{sv}", "BindReadOnlyPaths", "a(ssbt)", 1, "/dev/log", "/var/lib/haproxy/dev/log", 0, std::uint64_t{0x4000});
  SD(sd_bus_message_append)(reply, "{sv}", "RuntimeDirectory", "as", 1, "lb");
  SD(sd_bus_message_append)(reply, "{sv}", "StateDirectory", "as", 2, "a", "b/c");
  SD(sd_bus_message_append)(reply, "{sv}", "MainPID", pid_type, 812U);
  SD(sd_bus_message_append)(reply, "{sv}", "LimitNOFILE", "t", UINT64_MAX);
  SD(sd_bus_message_append)(reply, "{sv}", "LimitNOFILESoft", "t", std::uint64_t{1024});
  SD(sd_bus_message_append)(reply, "{sv}", "CapabilityBoundingSet", "t", std::uint64_t{0x400});
  SD(sd_bus_message_append)(reply, "{sv}", "AmbientCapabilities", "t", std::uint64_t{0x200});
  if (tells_groups) {
    SD(sd_bus_message_append)(reply, "{sv}", "MemoryMax", "t", std::uint64_t{536870912});
    SD(sd_bus_message_append)(reply, "{sv}", "CPUQuotaPerSecUSec", "t", UINT64_MAX);
    append(reply, "Slice", "s", "edge.slice");
  }
  SD(sd_bus_message_append)(reply, "{sv}", "Environment", "as", 2, "CONFIG=/a b.cfg", "PIDFILE=/run/p");
  SD(sd_bus_message_append)(reply, "{sv}", "EnvironmentFiles", "a(sb)", 2, "/etc/default/haproxy", 1, "/x", 0);
  SD(sd_bus_message_append)
  (reply, "{sv}", "ExecStartPre", "a(sasbttttuii)", 1, "/bin/mkdir", 2, "mkdir", "/run/x", 0, std::uint64_t{1},
   std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4}, 5U, 6, 7);
  SD(sd_bus_message_append)
  (reply, "{sv}", "ExecStart", "a(sasbttttuii)", 2, "/usr/sbin/haproxy", 3, "haproxy", "-f", "$CONFIG", 0,
   std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4}, 5U, 6, 7, "/bin/second", 1, "second", 0,
   std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4}, 5U, 6, 7);
  return SD(sd_bus_message_close_container)(reply);
}

int healthy(sd_bus_message* call, sd_bus_message* reply) {
  if (asks(call, "LoadUnit"))
    return SD(sd_bus_message_append)(reply, "o", "/org/freedesktop/systemd1/unit/haproxy_2eservice");
  return argument(call) == "org.freedesktop.systemd1.Unit" ? append_unit(reply) : append_service(reply);
}

TEST(SystemdBus, ReadsEveryProperty) {
  Peer peer(healthy);
  peer.serve();
  const auto unit = systemd::unit_over(peer.endpoint(), "haproxy.service", 2s);
  ASSERT_TRUE(unit) << describe(unit.error());
  const UnitProperties expected{.name = "haproxy.service",
                                .load_state = "loaded",
                                .active_state = "active",
                                .unit_file_state = "enabled",
                                .result = "success",
                                .start_attempted = true,
                                .fragment_path = "/lib/systemd/system/haproxy.service",
                                .drop_in_paths = {"/a.conf", "/b.conf"},
                                .limit_nofile = kUnlimited,
                                .limit_nofile_soft = 1024,
                                .main_pid = 812,
                                .user = "",
                                .group = "haproxy",
                                .supplementary_groups = {"ssl-cert"},
                                .umask = 0027,
                                .bind_paths = {{"/srv/a", "/a", true}, {"/dev/log", "/var/lib/haproxy/dev/log", false}},
                                .made_directories = {"/run/lb", "/var/lib/a", "/var/lib/b/c"},
                                .capability_bounding_set = 0x400,
                                .ambient_capabilities = 0x200,
                                .memory_max = 536870912,
                                .cpu_quota = kUnlimited,
                                .slice = "edge.slice",
                                .environment = {"CONFIG=/a b.cfg", "PIDFILE=/run/p"},
                                .environment_files = {{"/etc/default/haproxy", true}, {"/x", false}},
                                .exec_start_pre = {"/bin/mkdir"},
                                .exec_start = {"/usr/sbin/haproxy", "-f", "$CONFIG"}};
  EXPECT_EQ(*unit, expected);
}

TEST(SystemdBus, WhatOlderManagersDoNotTellIsNotMissed) {
  Peer peer([](sd_bus_message* call, sd_bus_message* reply) {
    if (asks(call, "LoadUnit")) return healthy(call, reply);
    return argument(call) == "org.freedesktop.systemd1.Unit" ? append_unit(reply) : append_service(reply, "u", false);
  });
  peer.serve();
  const auto unit = systemd::unit_over(peer.endpoint(), "haproxy.service", 2s);
  ASSERT_TRUE(unit) << describe(unit.error());
  EXPECT_FALSE(unit->memory_max) << "not known, which is not the same as no limit";
  EXPECT_FALSE(unit->cpu_quota);
  EXPECT_EQ(unit->slice, "");
  EXPECT_EQ(unit->main_pid, 812U);
}

TEST(SystemdBus, RefusalIsAnErrorInThePeersWords) {
  Peer peer([](sd_bus_message*, sd_bus_message*) { return -EACCES; });
  peer.serve();
  const auto unit = systemd::unit_over(peer.endpoint(), "haproxy.service", 2s);
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, std::errc::permission_denied);
  EXPECT_EQ(unit.error().object, "haproxy.service");
  EXPECT_EQ(unit.error().reason, "the peer says no");
}

TEST(SystemdBus, MissingPropertyIsAnErrorNotADefault) {
  Peer peer([](sd_bus_message* call, sd_bus_message* reply) {
    return asks(call, "LoadUnit") ? healthy(call, reply) : append_unit(reply);
  });
  peer.serve();
  const auto unit = systemd::unit_over(peer.endpoint(), "haproxy.service", 2s);
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, std::errc::bad_message);
}

TEST(SystemdBus, PropertyOfAnotherTypeIsAnError) {
  Peer peer([](sd_bus_message* call, sd_bus_message* reply) {
    if (asks(call, "LoadUnit")) return healthy(call, reply);
    return argument(call) == "org.freedesktop.systemd1.Unit" ? append_unit(reply) : append_service(reply, "i");
  });
  peer.serve();
  EXPECT_FALSE(systemd::unit_over(peer.endpoint(), "haproxy.service", 2s));
}

TEST(SystemdBus, SilentPeerMeetsTheDeadline) {
  const Peer peer(healthy);  // listens, and nobody serves
  const auto before = std::chrono::steady_clock::now();
  const auto unit = systemd::unit_over(peer.endpoint(), "haproxy.service", 300ms);
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, std::errc::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST(SystemdBus, NoSocketIsEnoent) {
  const auto unit = systemd::unit_over({"unix:path=/nonexistent/bus", true}, "haproxy.service", 300ms);
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, std::errc::no_such_file_or_directory);
}

TEST(SystemdBus, HostWithoutSystemdIsToldSo) {
  struct stat status {};
  if (::stat("/run/systemd/system", &status) == 0) GTEST_SKIP() << "systemd runs here";
  const auto unit = unit_from_systemd("haproxy.service");
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, std::errc::no_such_device_or_address);
  EXPECT_EQ(unit.error().reason, "systemd is not running here");
}

TEST(SystemdBus, RealSystemdAnswers) {
  struct stat status {};
  if (::stat("/run/systemd/system", &status) != 0) GTEST_SKIP() << "systemd does not run here";
  const auto unit = unit_from_systemd("systemd-journald.service");
  ASSERT_TRUE(unit) << describe(unit.error());
  EXPECT_EQ(unit->load_state, "loaded");
  EXPECT_FALSE(unit->exec_start.empty());
  EXPECT_GT(unit->limit_nofile, 0U);
  const auto missing = unit_from_systemd("lbpreflight-does-not-exist.service");
  ASSERT_TRUE(missing) << describe(missing.error());
  EXPECT_EQ(missing->load_state, "not-found");
}

}  // namespace
}  // namespace preflight
