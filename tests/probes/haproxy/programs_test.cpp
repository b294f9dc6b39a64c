// SPDX-License-Identifier: Apache-2.0
// What is never executed, and on whose behalf haproxy -c runs.
#include "probes/haproxy/programs.h"

#include <gtest/gtest.h>

#include "probes/haproxy/locate.h"
#include "tests/support/scripted_host.h"

namespace preflight::haproxy {
namespace {

constexpr const char* kProgram = "/usr/sbin/haproxy";
constexpr const char* kConfig = "/etc/haproxy/haproxy.cfg";
constexpr FileStatus kOthersMayWrite{FileKind::regular, 0664, 0, 0, 0};

struct Scene {
  explicit Scene(std::uint32_t worker = 0) {
    host.files[kProgram] = "ELF";
    host.files[kConfig] = "";
    host.process(10, std::string("haproxy -f ") + kConfig, "/system.slice/haproxy.service", worker);
    std::vector<Error> blind_spots;
    instance = locate_instances(host, {}, blind_spots)->front();
  }
  test::ScriptedHost host;
  InstanceFacts instance;
};

PendingRun version(const Scene& scene) {
  EarlyRun none;
  return start_version(scene.host, scene.instance, kProgram, none);
}

TEST(Programs, AVersionThatWasAskedEarlyIsNotAskedAgain) {
  const Scene scene;
  auto early = start_early(scene.host);
  EXPECT_EQ(early.path, kProgram);
  EXPECT_TRUE(start_version(scene.host, scene.instance, kProgram, early));
  EXPECT_EQ(scene.host.started.size(), 1U);
  EXPECT_TRUE(start_version(scene.host, scene.instance, kProgram, early)) << "of a second instance";
  EXPECT_EQ(scene.host.started.size(), 2U);
}

TEST(Programs, AnInstanceThatRunsAnotherProgramIsAskedItself) {
  Scene scene;
  scene.host.files["/opt/haproxy"] = "ELF";
  auto early = start_early(scene.host);
  EXPECT_TRUE(start_version(scene.host, scene.instance, "/opt/haproxy", early));
  ASSERT_EQ(scene.host.started.size(), 2U);
  EXPECT_EQ(scene.host.started[1].text(), "/opt/haproxy -vv");
}

TEST(Programs, RootsProgramIsStartedWithFixedWords) {
  const Scene scene;
  EXPECT_TRUE(version(scene));
  const auto verdict = start_verdict(scene.host, scene.instance, kProgram, 0);
  EXPECT_TRUE(verdict.run);
  ASSERT_EQ(scene.host.started.size(), 2U);
  EXPECT_EQ(scene.host.started[0].text(), "/usr/sbin/haproxy -vv");
  EXPECT_EQ(scene.host.started[1].text(), "/usr/sbin/haproxy -c -f /etc/haproxy/haproxy.cfg");
  EXPECT_EQ(scene.host.started[1].uid, 0U);
}

TEST(Programs, TheVerdictIsAskedWithTheVariablesTheConfigurationNames) {
  const Environment environment = {
      {"PORT", "80"}, {"IP", "10.0.0.1"}, {"MODE", "tcp"}, {"OPENSSL_CONF", "/tmp/x"}, {"LD_PRELOAD", "/tmp/x.so"}};
  const auto named = named_variables(
      "bind ${IP}:\"$PORT\"\n.if defined(MODE)\n  log $LD_PRELOAD $OPENSSL ${NOPE-x}\n.endif\n", environment);
  EXPECT_EQ(named, (Environment{{"IP", "10.0.0.1"}, {"MODE", "tcp"}, {"PORT", "80"}}));

  Scene scene;
  scene.instance.command_line.directory = "/etc/haproxy";
  scene.instance.command_line.local_peer = "lb07";
  EXPECT_TRUE(start_verdict(scene.host, scene.instance, kProgram, 0, named).run);
  EXPECT_EQ(scene.host.started.back().text(),
            "/usr/sbin/haproxy -c -C /etc/haproxy -L lb07 -f /etc/haproxy/haproxy.cfg");
  EXPECT_EQ(scene.host.started.back().environment, (std::map<std::string, std::string>(named.begin(), named.end())));
}

TEST(Programs, TheVerdictIsAskedInMasterWorkerModeToo) {
  Scene scene;
  scene.instance.command_line.master_worker = true;
  EXPECT_TRUE(start_verdict(scene.host, scene.instance, kProgram, 0).run);
  EXPECT_EQ(scene.host.started.back().text(), "/usr/sbin/haproxy -c -W -f /etc/haproxy/haproxy.cfg")
      << "else a `program` section is refused";
}

TEST(Programs, AProgramOthersMayChangeIsNeverStarted) {
  const std::pair<const char*, FileStatus> cases[] = {{kProgram, {FileKind::regular, 0755, 1000, 0, 0}},
                                                      {kProgram, {FileKind::regular, 0775, 0, 0, 0}},
                                                      {"/usr/sbin", {FileKind::directory, 0777, 0, 0, 0}}};
  for (const auto& [path, status] : cases) {
    Scene scene;
    scene.host.statuses[path] = status;
    EXPECT_FALSE(version(scene));
    EXPECT_FALSE(start_verdict(scene.host, scene.instance, kProgram, 0).run);
    EXPECT_FALSE(start_verdict(scene.host, scene.instance, kProgram, 1000).run) << "nor as an ordinary user";
    EXPECT_TRUE(scene.host.started.empty()) << path;
  }
}

TEST(Programs, NothingOfATreeOrAnotherMountNamespaceIsStarted) {
  Scene tree;
  tree.host.host_kind = HostKind::tree;
  EXPECT_FALSE(version(tree));
  Scene container;
  container.host.links["/proc/self/ns/mnt"] = "mnt:[2]";
  EXPECT_FALSE(version(container));
  EXPECT_FALSE(start_verdict(container.host, container.instance, kProgram, 0).run);
  EXPECT_TRUE(tree.host.started.empty());
  EXPECT_TRUE(container.host.started.empty());
}

TEST(Programs, RootDoesNotCheckAConfigurationOthersMayWrite) {
  Scene scene;
  scene.host.statuses[kConfig] = kOthersMayWrite;
  const auto verdict = start_verdict(scene.host, scene.instance, kProgram, 0);
  ASSERT_FALSE(verdict.run);
  EXPECT_EQ(verdict.run.error().object, kConfig);
  EXPECT_TRUE(scene.host.started.empty());
  EXPECT_TRUE(start_verdict(scene.host, scene.instance, kProgram, 1000).run) << "an ordinary user may";
}

TEST(Programs, TheInstancesOwnUserMayAndOnlyHisConsentCounts) {
  Scene scene(106);
  scene.host.statuses[kConfig] = kOthersMayWrite;
  scene.host.output = {1, 0, "[ALERT] cannot open certificate\n", false};
  auto refused = start_verdict(scene.host, scene.instance, kProgram, 0);
  ASSERT_EQ(scene.host.started.size(), 1U);
  EXPECT_EQ(scene.host.started[0].uid, 106U);
  EXPECT_EQ(scene.host.started[0].gid, 106U);
  EXPECT_FALSE(finish_verdict(std::move(refused))) << "he may not read root's certificates";
  scene.host.output = {0, 0, "Configuration file is valid\n", false};
  EXPECT_TRUE(finish_verdict(start_verdict(scene.host, scene.instance, kProgram, 0)));
}

TEST(Programs, AnOrdinaryUsersRefusalCountsUnlessHeMayLackRights) {
  Scene scene;
  const auto asked = [&](const char* said) {
    scene.host.output = {1, 0, said, false};
    return finish_verdict(start_verdict(scene.host, scene.instance, kProgram, 1000));
  };
  EXPECT_TRUE(asked("[ALERT] parsing [a:1] : unknown keyword 'bnd' in 'frontend' section\n"));
  // as 2.6.12 says it of a certificate, a list and a script that only root may read
  for (const char* said : {"[ALERT] 'bind :443' in section 'frontend' : cannot open the file '/k.pem'.\n",
                           "[ALERT] error in Lua file '/l': cannot open /l: Permission denied\n",
                           "[ALERT] unable to stat SSL certificate from file '/k.pem' : Permission denied.\n",
                           "[ALERT] failed to open pattern file </etc/haproxy/denied.lst>\n"}) {
    const auto verdict = asked(said);
    ASSERT_FALSE(verdict) << said;
    EXPECT_EQ(verdict.error().code, std::errc::permission_denied);
  }
}

TEST(Programs, AVerdictIsWhatHaproxySaid) {
  Scene scene;
  scene.host.output = {1, 0, "[NOTICE] x\n\n  [ALERT] y  \n", false};
  const auto verdict = finish_verdict(start_verdict(scene.host, scene.instance, kProgram, 0));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->status, 1);
  EXPECT_EQ(verdict->messages, (std::vector<std::string>{"[NOTICE] x", "[ALERT] y"}));
  scene.host.output = {0, 11, "", false};
  EXPECT_FALSE(finish_verdict(start_verdict(scene.host, scene.instance, kProgram, 0))) << "it crashed";
}

}  // namespace
}  // namespace preflight::haproxy
