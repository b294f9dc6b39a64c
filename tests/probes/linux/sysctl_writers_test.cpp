// SPDX-License-Identifier: Apache-2.0
// One tree a case: the files as the owners' packages lay them out, and what these owners will write at boot.
#include "probes/linux/sysctl_writers.h"

#include <cerrno>
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/host/tree_host.h"
#include "tests/support/map_host.h"
#include "tests/support/scratch.h"

namespace preflight {
namespace {

using ::testing::IsEmpty;

constexpr std::string_view kSomaxconn = "net.core.somaxconn";
const SysctlKeys kKeys = {"fs.file-max",
                          "net.core.somaxconn",
                          "net.ipv4.ip_forward",
                          "net.ipv4.ip_local_port_range",
                          "net.ipv4.tcp_syncookies",
                          "net.ipv4.tcp_tw_reuse",
                          "vm.overcommit_memory"};

struct Tree {
  std::map<std::string, std::string> files;
  std::vector<std::string> enabled;     // units that multi-user.target wants
  std::vector<std::string> executable;  // of the files
  std::map<std::string, std::string> links{};
};

test::MapHost map_of(const Tree& tree) {
  test::MapHost host;
  host.files = tree.files;
  host.links = tree.links;
  for (const auto& unit : tree.enabled)
    host.links["/etc/systemd/system/multi-user.target.wants/" + unit] = "/usr/lib/systemd/system/" + unit;
  for (const auto& path : tree.executable)
    host.statuses[path] = {FileKind::regular, 0755, 0, 0, tree.files.at(path).size()};
  return host;
}

/// "tuned /etc/x:3 net.core.somaxconn sets 128", one a line.
std::string text_of(const Result<std::vector<SysctlWriter>>& writers) {
  if (!writers) return "error: " + describe(writers.error());
  std::string text;
  for (const auto& one : *writers) {
    const auto* const rule = one.rule == WriteRule::sets ? "sets" : one.rule == WriteRule::raises ? "raises" : "lowers";
    text += one.owner + " " + one.file + ":" + std::to_string(one.line) + " " + one.key + " " + rule + " " +
            (one.value.empty() ? "?" : one.value) + "\n";
  }
  return text;
}

std::string written(const HostView& host, const Result<SysctlBoot>& boot = unread("boot")) {
  return text_of(read_sysctl_writers(host, kKeys, boot));
}

/// The same of a host of maps and of a directory.
std::string written(const Tree& tree) {
  const auto host = map_of(tree);
  const test::Scratch scratch;
  for (const auto& [path, content] : host.files) scratch.file(path.substr(1), content);
  for (const auto& [path, target] : host.links) {
    const auto at = scratch.path() / path.substr(1);
    std::filesystem::create_directories(at.parent_path());
    std::filesystem::create_symlink(target, at);
  }
  for (const auto& path : tree.executable)
    std::filesystem::permissions(scratch.path() / path.substr(1), std::filesystem::perms(0755));
  const auto directory = open_tree(scratch.path().string());
  const auto answer = written(host);
  EXPECT_EQ(written(**directory), answer) << "a tree of files";
  return answer;
}

TEST(SysctlWriters, NobodyElse) {
  EXPECT_EQ(written(Tree{}), "");
  EXPECT_EQ(written(Tree{.files = {{"/etc/systemd/system/x.service", "[Service]\nExecStart=/bin/true\n"}},
                         .enabled = {"x.service"},
                         .executable = {}}),
            "");
}

// ---- ufw

Tree ufw() {
  return {.files = {{"/etc/ufw/ufw.conf", "# ufw\nENABLED=yes\nLOGLEVEL=low\n"},
                    {"/etc/default/ufw", "IPV6=yes\nIPT_SYSCTL=/etc/ufw/sysctl.conf\nIPT_MODULES=\"\"\n"},
                    {"/etc/ufw/sysctl.conf",
                     "# comment\nnet/ipv4/conf/all/rp_filter=1\nnet/ipv4/tcp_syncookies=0\n#net/ipv4/ip_forward=1\n"}},
          .enabled = {"ufw.service"},
          .executable = {}};
}

TEST(SysctlWriters, UfwLoadsItsOwnFile) {
  EXPECT_EQ(written(ufw()), "ufw /etc/ufw/sysctl.conf:3 net.ipv4.tcp_syncookies sets 0\n");
}

TEST(SysctlWriters, UfwThatIsOff) {
  auto off = ufw();
  off.files["/etc/ufw/ufw.conf"] = "ENABLED=no\n";
  EXPECT_EQ(written(off), "");
  auto disabled = ufw();
  disabled.enabled.clear();
  EXPECT_EQ(written(disabled), "");
  auto masked = ufw();
  masked.links["/etc/systemd/system/ufw.service"] = "/dev/null";
  EXPECT_EQ(written(masked), "");
  auto without = ufw();
  without.files["/etc/default/ufw"] = "IPT_SYSCTL=\n";
  EXPECT_EQ(written(without), "");
}

TEST(SysctlWriters, UfwMayLoadTheHostsOwnFile) {
  auto tree = ufw();
  tree.files["/etc/default/ufw"] = "IPT_SYSCTL=\"/etc/sysctl.conf\"\n";
  tree.files["/etc/sysctl.conf"] = "net.core.somaxconn = 128\nnet.core.somaxconn = 0x200\n";
  EXPECT_EQ(written(tree), "ufw /etc/sysctl.conf:2 net.core.somaxconn sets 512\n");
}

// ---- rc.local

TEST(SysctlWriters, RcLocal) {
  Tree tree{.files = {{"/etc/rc.local",
                       "#!/bin/sh -e\n# rc.local\nsysctl -w net.core.somaxconn=128\n"
                       "echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range\nexit 0\n"}},
            .enabled = {},
            .executable = {"/etc/rc.local"}};
  EXPECT_EQ(written(tree),
            "rc.local /etc/rc.local:3 net.core.somaxconn sets 128\n"
            "rc.local /etc/rc.local:4 net.ipv4.ip_local_port_range sets 1024\t65535\n");
  tree.executable.clear();
  EXPECT_EQ(written(tree), "") << "not executable";
}

TEST(SysctlWriters, RcLocalBehindALink) {
  const Tree tree{.files = {{"/etc/rc.d/rc.local", "sysctl -w net.core.somaxconn=128\n"}},
                  .enabled = {},
                  .executable = {"/etc/rc.d/rc.local"},
                  .links = {{"/etc/rc.local", "rc.d/rc.local"}}};
  EXPECT_EQ(written(tree), "rc.local /etc/rc.local:1 net.core.somaxconn sets 128\n");
}

TEST(SysctlWriters, RcLocalThatIsMasked) {
  const Tree tree{.files = {{"/etc/rc.local", "sysctl -w net.core.somaxconn=128\n"}},
                  .enabled = {},
                  .executable = {"/etc/rc.local"},
                  .links = {{"/etc/systemd/system/rc-local.service", "/dev/null"}}};
  EXPECT_EQ(written(tree), "");
}

TEST(SysctlWriters, AValueThatTheKernelRefusesIsNotWritten) {
  const Tree tree{.files = {{"/etc/rc.local", "sysctl -w net.core.somaxconn=many\nsysctl -w fs.file-max=$X\n"}},
                  .enabled = {},
                  .executable = {"/etc/rc.local"}};
  EXPECT_EQ(written(tree), "rc.local /etc/rc.local:2 fs.file-max sets ?\n");
}

// ---- units

TEST(SysctlWriters, AUnitThatSets) {
  Tree tree{.files = {{"/etc/systemd/system/tune.service",
                       "[Service]\nType=oneshot\nExecStart=-/sbin/sysctl -w \\\n  net.core.somaxconn=128\n"
                       "ExecStart=/bin/sh -c 'echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse'\n"
                       "ExecStart=/bin/echo 9 > /proc/sys/fs/file-max\nExecStop=/sbin/sysctl -w fs.file-max=1\n"}},
            .enabled = {"tune.service"},
            .executable = {}};
  EXPECT_EQ(written(tree),
            "tune.service /etc/systemd/system/tune.service:3 net.core.somaxconn sets 128\n"
            "tune.service /etc/systemd/system/tune.service:5 net.ipv4.tcp_tw_reuse sets 1\n");
  tree.enabled.clear();
  EXPECT_EQ(written(tree), "") << "nothing starts it";
  tree.enabled = {"tune.timer"};
  EXPECT_NE(written(tree), "") << "a timer does";
}

TEST(SysctlWriters, ADropInOfAnotherService) {
  const Tree tree{
      .files = {{"/etc/systemd/system/haproxy.service.d/x.conf",
                 "[Service]\nExecStartPre=+/usr/sbin/sysctl -qw net.core.somaxconn=1024\n"},
                {"/etc/systemd/system/haproxy.service.d/y.txt", "[Service]\nExecStartPre=sysctl -w fs.file-max=1\n"}},
      .enabled = {"haproxy.service"},
      .executable = {}};
  EXPECT_EQ(written(tree),
            "haproxy.service /etc/systemd/system/haproxy.service.d/x.conf:2 net.core.somaxconn sets 1024\n");
}

TEST(SysctlWriters, MaskedAndAliasUnitsAreNoObstacle) {
  EXPECT_EQ(written(Tree{.files = {},
                         .enabled = {},
                         .executable = {},
                         .links = {{"/etc/systemd/system/a.service", "/dev/null"},
                                   {"/etc/systemd/system/b.service", "/usr/lib/systemd/system/gone.service"}}}),
            "");
}

// ---- all of sysctl.d once more

SysctlBoot booted(std::string_view procps_file, std::string_view procps, std::string_view systemd) {
  SysctlBoot boot;
  auto& key = boot.keys[std::string(kSomaxconn)];
  LoaderAnswer by_systemd;
  by_systemd.value = systemd;
  LoaderAnswer by_procps;
  by_procps.value = procps;
  by_procps.lines = {{.file = std::string(procps_file),
                      .line = 7,
                      .text = {},
                      .key = std::string(kSomaxconn),
                      .value = std::string(procps),
                      .fate = LineFate::decides}};
  by_procps.decider = 0;
  key.systemd = by_systemd;
  key.procps = by_procps;
  return boot;
}

TEST(SysctlWriters, LoadingAllOnceMoreMakesProcpsTheLast) {
  test::MapHost host =
      map_of({.files = {{"/etc/systemd/system/late.service", "[Service]\nExecStart=/sbin/sysctl --system\n"}},
              .enabled = {"late.service"},
              .executable = {}});
  EXPECT_EQ(written(host, booted("/etc/sysctl.d/.x.conf", "128", "4096")),
            "late.service /etc/sysctl.d/.x.conf:7 net.core.somaxconn sets 128\n");
  EXPECT_EQ(written(host, booted("/etc/sysctl.conf", "128", "128")),
            "late.service /etc/sysctl.conf:7 net.core.somaxconn sets 128\n")
      << "the last word, whatever a file is called";
  EXPECT_EQ(written(host, booted("/etc/sysctl.d/x.conf", "128", "128")), "") << "nobody else";
}

// ---- ifupdown

TEST(SysctlWriters, Ifupdown) {
  Tree tree{.files = {{"/etc/network/interfaces",
                       "source interfaces.d/*\nauto eth0\niface eth0 inet dhcp\n"
                       "  up sysctl -w net.core.somaxconn=128\n  down sysctl -w net.core.somaxconn=5\n"},
                      {"/etc/network/interfaces.d/eth1", "post-up echo 1 > /proc/sys/net/ipv4/ip_forward\n"},
                      {"/etc/network/if-up.d/tune", "#!/bin/sh\nsysctl -w fs.file-max=99\n"},
                      {"/etc/network/if-up.d/idle", "#!/bin/sh\nsysctl -w fs.file-max=1\n"}},
            .enabled = {"networking.service"},
            .executable = {"/etc/network/if-up.d/tune"}};
  EXPECT_EQ(written(tree),
            "ifupdown /etc/network/interfaces.d/eth1:1 net.ipv4.ip_forward sets 1\n"
            "ifupdown /etc/network/interfaces:4 net.core.somaxconn sets 128\n"
            "ifupdown /etc/network/if-up.d/tune:2 fs.file-max sets 99\n");
  tree.enabled.clear();
  EXPECT_EQ(written(tree), "");
}

TEST(SysctlWriters, InterfacesThatSourceThemselvesEnd) {
  EXPECT_EQ(written(Tree{.files = {{"/etc/network/interfaces", "source interfaces\nsource interfaces\n"}},
                         .enabled = {"networking.service"},
                         .executable = {}}),
            "");
}

// ---- cloud-init

TEST(SysctlWriters, CloudInitRunsBootcmdAtEveryBoot) {
  const Tree tree{
      .files = {{"/etc/cloud/cloud.cfg", "runcmd:\n - sysctl -w fs.file-max=1\nbootcmd:\n - sysctl -w fs.file-max=2\n"},
                {"/etc/cloud/cloud.cfg.d/50-x.cfg", "bootcmd:\n- [ sysctl, -w, net.core.somaxconn=128 ]\nusers: []\n"},
                {"/etc/cloud/cloud.cfg.d/README", "bootcmd:\n - sysctl -w fs.file-max=3\n"},
                {"/var/lib/cloud/scripts/per-boot/tune.sh", "#!/bin/sh\nsysctl -w net.ipv4.tcp_tw_reuse=1\n"}},
      .enabled = {},
      .executable = {"/var/lib/cloud/scripts/per-boot/tune.sh"}};
  EXPECT_EQ(written(tree),
            "cloud-init /etc/cloud/cloud.cfg.d/50-x.cfg:2 net.core.somaxconn sets 128\n"
            "cloud-init /var/lib/cloud/scripts/per-boot/tune.sh:2 net.ipv4.tcp_tw_reuse sets 1\n");
}

TEST(SysctlWriters, CloudInitsUserComesFirst) {
  Tree tree{.files = {{"/etc/cloud/cloud.cfg", "bootcmd:\n - sysctl -w fs.file-max=2\n"},
                      {"/var/lib/cloud/instance/cloud-config.txt",
                       "#cloud-config\n\n---\nbootcmd:\n-   - sysctl\n    - -w\n    - net.core.somaxconn=128\n"
                       "-   \"sysctl -w fs.file-max=\\\"77\\\"\"\n-   |\n    # first\n"
                       "    sysctl -w net.ipv4.tcp_tw_reuse=1\nruncmd:\n- sysctl -w fs.file-max=1\n...\n"}},
            .enabled = {},
            .executable = {}};
  EXPECT_EQ(written(tree),
            "cloud-init /var/lib/cloud/instance/cloud-config.txt:5 net.core.somaxconn sets 128\n"
            "cloud-init /var/lib/cloud/instance/cloud-config.txt:8 fs.file-max sets 77\n"
            "cloud-init /var/lib/cloud/instance/cloud-config.txt:11 net.ipv4.tcp_tw_reuse sets 1\n");
  tree.files["/etc/cloud/cloud-init.disabled"] = "";
  EXPECT_EQ(written(tree), "");
}

// ---- daemons

TEST(SysctlWriters, DaemonsThatSetOfTheirOwnAccord) {
  Tree tree{.files = {}, .enabled = {"docker.service", "kubelet.service"}, .executable = {}};
  EXPECT_EQ(written(tree),
            "docker.service docker.service:0 net.ipv4.ip_forward raises 1\n"
            "kubelet.service kubelet.service:0 vm.overcommit_memory sets 1\n");
  tree.files = {{"/etc/docker/daemon.json", "{\n  \"ip-forward\" : false\n}\n"},
                {"/var/lib/kubelet/config.yaml", "protectKernelDefaults: true\n"}};
  EXPECT_EQ(written(tree), "");
}

// ---- errors and bounds

TEST(SysctlWriters, WhatIsThereAndCannotBeReadIsAnError) {
  auto host = map_of(ufw());
  host.refused["/etc/ufw/sysctl.conf"] = EACCES;
  EXPECT_EQ(written(host), "error: /etc/ufw/sysctl.conf: Permission denied");
  auto listing = map_of({});
  listing.refused["/etc/systemd/system"] = EACCES;
  EXPECT_EQ(written(listing), "error: /etc/systemd/system: Permission denied");
  EXPECT_THAT(read_sysctl_writers(listing, {}, unread("boot")).value(), IsEmpty()) << "no key, no question";
}

TEST(SysctlWriters, AHugeFileIsRefused) {
  auto host = map_of(
      {.files = {{"/etc/rc.local", std::string(2'000'000, 'x')}}, .enabled = {}, .executable = {"/etc/rc.local"}});
  EXPECT_EQ(written(host), "error: /etc/rc.local: File too large");
}

// ---- after all of them

TEST(WrittenAfter, TheLastWriterDecides) {
  const std::vector<SysctlWriter> writers = {{"a", "/a", 1, "k", "5", WriteRule::sets},
                                             {"b", "/b", 1, "k", "3", WriteRule::raises},
                                             {"c", "/c", 1, "other", "9", WriteRule::sets}};
  const auto written = written_after(writers, "k", "100");
  EXPECT_EQ(written.value, "5");
  ASSERT_NE(written.last_writer, nullptr);
  EXPECT_EQ(written.last_writer->owner, "a");
  EXPECT_EQ(written_after(writers, "untouched", "100").value, "100");
  EXPECT_EQ(written_after(writers, "untouched", "100").last_writer, nullptr);
}

TEST(WrittenAfter, RaisesAndLowers) {
  const std::vector<SysctlWriter> raises = {{"a", "/a", 1, "k", "2048", WriteRule::raises}};
  EXPECT_EQ(written_after(raises, "k", "128").value, "2048");
  EXPECT_EQ(written_after(raises, "k", "2048").last_writer, nullptr);
  EXPECT_EQ(written_after(raises, "k", "4096").value, "4096");
  EXPECT_EQ(written_after(raises, "k", std::nullopt).value, std::nullopt) << "at least 2048, but how much?";
  const std::vector<SysctlWriter> lowers = {{"a", "/a", 1, "k", "2048", WriteRule::lowers}};
  EXPECT_EQ(written_after(lowers, "k", "4096").value, "2048");
  EXPECT_EQ(written_after(lowers, "k", "128").value, "128");
}

TEST(WrittenAfter, AValueThatIsNotKnown) {
  const std::vector<SysctlWriter> writers = {{"a", "/a", 1, "k", "", WriteRule::sets}};
  const auto written = written_after(writers, "k", "128");
  EXPECT_EQ(written.value, std::nullopt);
  EXPECT_NE(written.last_writer, nullptr);
}

}  // namespace
}  // namespace preflight
