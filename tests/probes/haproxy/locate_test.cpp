// SPDX-License-Identifier: Apache-2.0
// Which configuration is judged: named, running, of the unit, or where packages put it.
#include "probes/haproxy/locate.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "tests/support/scripted_host.h"

namespace preflight::haproxy {
namespace {

using test::ScriptedHost;

constexpr const char* kService = "/system.slice/haproxy.service";

UnitProperties unit(std::vector<std::string> exec_start) {
  UnitProperties properties;
  properties.name = "haproxy.service";
  properties.exec_start = std::move(exec_start);
  return properties;
}

struct Located {
  Result<std::vector<InstanceFacts>> instances;
  std::vector<Error> blind_spots;
};

Located locate(const ScriptedHost& host, const Wanted& wanted = {}) {
  Located located{unread("instances"), {}};
  located.instances = locate_instances(host, wanted, located.blind_spots);
  return located;
}

TEST(Locate, NothingAtAllIsTheStandardPath) {
  const ScriptedHost host;
  const auto located = locate(host);
  ASSERT_EQ(located.instances->size(), 1U);
  const auto& instance = located.instances->front();
  EXPECT_EQ(instance.source, ConfigSource::standard_path);
  EXPECT_EQ(instance.command_line.configs, std::vector<std::string>{"/etc/haproxy/haproxy.cfg"});
  EXPECT_EQ(instance.name, "/etc/haproxy/haproxy.cfg");
  EXPECT_FALSE(instance.running());
}

TEST(Locate, AStoppedUnitTellsItsCommandLine) {
  ScriptedHost host;
  host.files["/proc/1/comm"] = "systemd\n";
  host.units["haproxy.service"] =
      unit({"/usr/sbin/haproxy", "-Ws", "-f", "$CONFIG", "-f", "${CFGDIR}", "-p", "/run/haproxy.pid", "$EXTRAOPTS"});
  auto& properties = host.units["haproxy.service"];
  properties.environment = {"CONFIG=/etc/haproxy/unit.cfg", "CFGDIR=/nowhere"};
  properties.environment_files = {{"/etc/sysconfig/haproxy", true}};
  host.files["/etc/sysconfig/haproxy"] = "CFGDIR=/etc/haproxy/conf.d\nEXTRAOPTS=\"-L lb1\"\n";
  const auto located = locate(host);
  const auto& instance = located.instances->front();
  EXPECT_EQ(instance.name, "haproxy.service");
  EXPECT_EQ(instance.source, ConfigSource::unit);
  EXPECT_EQ(instance.command_line.configs, (std::vector<std::string>{"/etc/haproxy/unit.cfg", "/etc/haproxy/conf.d"}))
      << "a file's assignment wins over Environment=";
  EXPECT_EQ(instance.command_line.local_peer, "lb1");
  EXPECT_TRUE(located.blind_spots.empty());
}

TEST(Locate, AUnitThatNamesNoConfigurationHasTheStandardOne) {
  ScriptedHost host;
  host.files["/proc/1/comm"] = "systemd\n";
  host.units["haproxy.service"] = unit({"/usr/sbin/haproxy", "-Ws"});
  const auto located = locate(host);
  EXPECT_EQ(located.instances->front().name, "haproxy.service");
  EXPECT_EQ(located.instances->front().source, ConfigSource::standard_path);
}

TEST(Locate, AnEnvironmentFileThatCannotBeReadIsABlindSpot) {
  struct Case {
    bool optional;
    int error;  // 0: the file is not there
    std::size_t blind;
  };
  for (const auto& one : {Case{false, 0, 1}, {true, 0, 0}, {false, EACCES, 1}, {true, EACCES, 1}}) {
    ScriptedHost host;
    host.files["/proc/1/comm"] = "systemd\n";
    host.units["haproxy.service"] = unit({"/usr/sbin/haproxy", "-f", "/a.cfg"});
    host.units["haproxy.service"].environment_files = {{"/etc/default/haproxy", one.optional}};
    if (one.error != 0) host.refused["/etc/default/haproxy"] = one.error;
    const auto located = locate(host);
    ASSERT_EQ(located.blind_spots.size(), one.blind) << one.optional << one.error;
    for (const auto& blind : located.blind_spots) EXPECT_EQ(blind.object, "/etc/default/haproxy");
  }
}

TEST(Locate, RunningInstancesComeBeforeTheUnitsCommandLine) {
  ScriptedHost host;
  host.process(10, "/usr/sbin/haproxy -f /running.cfg", kService);
  host.units["haproxy.service"] = unit({"/usr/sbin/haproxy", "-f", "/unit.cfg"});
  const auto located = locate(host);
  ASSERT_EQ(located.instances->size(), 1U);
  const auto& instance = located.instances->front();
  EXPECT_EQ(instance.source, ConfigSource::running);
  EXPECT_EQ(instance.command_line.configs, std::vector<std::string>{"/running.cfg"});
  EXPECT_TRUE(instance.unit) << "its limits";
}

TEST(Locate, AShellsScopeIsNotAService) {
  for (const char* cgroup : {"/user.slice/user-0.slice/session-3.scope", "/user.slice/user-0.slice/user@0.service"}) {
    ScriptedHost host;
    host.process(10, "haproxy -f /a.cfg", cgroup);
    const auto located = locate(host);
    EXPECT_TRUE(host.unit_questions.empty()) << host.unit_questions.front();
    EXPECT_EQ(located.instances->front().name, "/a.cfg");
    EXPECT_FALSE(located.instances->front().unit);
    EXPECT_FALSE(located.instances->front().unit_source);
  }
}

TEST(Locate, OfWhatDoesNotStayAndHasNoUnitNothingIsLeft) {
  ScriptedHost host;
  host.process(10, "haproxy -f /a.cfg", "/user.slice/user-0.slice/session-3.scope");
  host.process(20, "haproxy -f /b.cfg", kService);
  const auto located = locate(host, {{}, "", {"/a.cfg"}});
  ASSERT_EQ(located.instances->size(), 1U);
  EXPECT_EQ(located.instances->front().head()->pid, 20);
}

TEST(Locate, ANamedConfigurationReplacesTheRunningOne) {
  ScriptedHost host;
  host.process(10, "haproxy -C /srv -f /running.cfg", kService);
  const auto located = locate(host, {{"new.cfg"}, ""});
  const auto& instance = located.instances->front();
  EXPECT_EQ(instance.source, ConfigSource::named);
  EXPECT_EQ(instance.name, "haproxy.service");
  EXPECT_TRUE(instance.running()) << "limits, namespace and capabilities are still its";
  EXPECT_EQ(absolute_path(instance.command_line.configs.front(), instance), "new.cfg") << "as the user wrote it";
  EXPECT_EQ(absolute_file("site.pem", instance), "/srv/site.pem") << "what it names is found where -C leads";
}

TEST(Locate, ANamedConfigurationIsAFileOfOursEvenWhereTheServiceSeesOthers) {
  ScriptedHost host;
  host.process(10, "haproxy -f /running.cfg", kService);
  host.links["/proc/self/ns/mnt"] = "mnt:[2]";  // PrivateTmp= is enough for that
  const auto running = locate(host).instances->front();
  EXPECT_EQ(config_root_of(host, running), "/proc/10/root");
  const auto candidate = locate(host, {{"/tmp/new.cfg"}, ""}).instances->front();
  EXPECT_EQ(config_root_of(host, candidate), "");
  EXPECT_EQ(root_of(host, candidate), "/proc/10/root");
}

TEST(Locate, ANamedConfigurationOnAHostWithoutHaproxyStandsForItself) {
  const ScriptedHost host;
  EXPECT_EQ(locate(host, {{"/new.cfg"}, ""}).instances->front().name, "/new.cfg");
}

TEST(Locate, SeveralInstancesNeedAName) {
  ScriptedHost host;
  host.process(10, "haproxy -f /a.cfg", "/system.slice/haproxy-a.service");
  host.process(20, "haproxy -f /b.cfg", "/system.slice/haproxy-b.service");
  EXPECT_EQ(locate(host).instances->size(), 2U);
  const auto nameless = locate(host, {{"/new.cfg"}, ""}).instances;
  ASSERT_FALSE(nameless);
  EXPECT_NE(describe(nameless.error()).find("--instance"), std::string::npos);
  EXPECT_NE(describe(nameless.error()).find("haproxy-a.service, haproxy-b.service"), std::string::npos);
  const auto named = locate(host, {{"/new.cfg"}, "haproxy-b.service"}).instances;
  ASSERT_EQ(named->size(), 1U);
  EXPECT_EQ(named->front().head()->pid, 20);
  EXPECT_EQ(named->front().command_line.configs, std::vector<std::string>{"/new.cfg"});
  const auto wrong = locate(host, {{}, "haproxy-c.service"}).instances;
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, std::errc::invalid_argument);
}

TEST(Locate, ATreeHasNoProcesses) {
  ScriptedHost host;
  host.process(10, "haproxy -f /a.cfg", kService);
  host.host_kind = HostKind::tree;
  EXPECT_EQ(locate(host).instances->front().source, ConfigSource::standard_path);
}

TEST(Locate, UnitFilesSpeakOnlyWhereNoSystemdRuns) {
  ScriptedHost host;
  host.host_kind = HostKind::tree;
  host.files["/lib/systemd/system/haproxy.service"] = "[Service]\nExecStart=/usr/sbin/haproxy -f /tree.cfg\n";
  auto located = locate(host);
  EXPECT_EQ(located.instances->front().command_line.configs, std::vector<std::string>{"/tree.cfg"});
  EXPECT_EQ(located.instances->front().unit_source, UnitSource::files);
  host.files["/run/systemd/system/x"] = "";
  EXPECT_TRUE(locate(host).instances->front().unit) << "nothing runs in a tree, whatever was left in it";
  host.host_kind = HostKind::live;
  located = locate(host);
  EXPECT_FALSE(located.instances->front().unit) << "systemd runs and knows no such unit";
}

TEST(Locate, PathsStartAtTheDirectoryHaproxyChangesTo) {
  ScriptedHost host;
  host.process(10, "haproxy -C etc -f a.cfg", kService);
  host.links["/proc/10/cwd"] = "/srv";
  const auto instance = locate(host).instances->front();
  EXPECT_EQ(absolute_path("a.cfg", instance), "/srv/etc/a.cfg");
  EXPECT_EQ(absolute_path("/a.cfg", instance), "/a.cfg");
}

TEST(Locate, FilesOfAnotherMountNamespaceAreSeenThroughTheProcess) {
  ScriptedHost host;
  host.process(10, "haproxy -f /a.cfg", kService);
  EXPECT_EQ(root_of(host, locate(host).instances->front()), "");
  host.links["/proc/10/ns/mnt"] = "mnt:[2]";
  EXPECT_EQ(root_of(host, locate(host).instances->front()), "/proc/10/root");
}

TEST(Locate, TheProgramOfAStoppedInstance) {
  ScriptedHost host;
  host.files["/proc/1/comm"] = "systemd\n";
  EXPECT_FALSE(program_of(host, locate(host).instances->front()));
  host.files["/usr/local/sbin/haproxy"] = "ELF";
  EXPECT_EQ(*program_of(host, locate(host).instances->front()), "/usr/local/sbin/haproxy");
  host.units["haproxy.service"] = unit({"/opt/haproxy/sbin/haproxy", "-f", "/a.cfg"});
  EXPECT_EQ(*program_of(host, locate(host).instances->front()), "/opt/haproxy/sbin/haproxy");
}

}  // namespace
}  // namespace preflight::haproxy
