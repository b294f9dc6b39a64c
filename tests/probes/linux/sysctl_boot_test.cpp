// SPDX-License-Identifier: Apache-2.0
// Which line decides, by either loader; each case was seen on systemd 252 and procps 4.0.2, and scripts/truth --sysctls
// asks both about thousands of others.
#include "probes/linux/sysctl_boot.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight {
namespace {

using Files = std::map<std::string, std::string>;

const std::string kKey = "net.core.somaxconn";

test::MapHost host_with(const Files& files) {
  test::MapHost host;
  host.files = files;
  host.files["/proc/sys/kernel/osrelease"] = "6.1.0-13-amd64\n";
  host.files["/usr/lib/systemd/systemd-sysctl"] = "";
  host.links["/lib"] = "usr/lib";
  return host;
}

SysctlBoot boot_of(const HostView& host, const std::string& key = kKey) {
  auto boot = read_sysctl_boot(host, {key});
  EXPECT_TRUE(boot) << describe(boot.error());
  return boot.value_or(SysctlBoot{});
}

/// "65535 by /etc/sysctl.d/99-a.conf:3", "nothing", or the error.
std::string told(const Result<LoaderAnswer>& answer) {
  if (!answer) return "error: " + describe(answer.error());
  if (!answer->value) return "nothing";
  const auto& line = answer->lines.at(answer->decider.value());
  return *answer->value + " by " + line.file + ":" + std::to_string(line.line);
}

std::string systemd(const Files& files, const std::string& key = kKey) {
  return told(boot_of(host_with(files), key).keys.at(key).systemd);
}

std::string procps(const Files& files, const std::string& key = kKey) {
  return told(boot_of(host_with(files), key).keys.at(key).procps);
}

/// Both loaders agree.
std::string both(const Files& files, const std::string& key = kKey) {
  const auto said = systemd(files, key);
  EXPECT_EQ(procps(files, key), said);
  return said;
}

TEST(SysctlBoot, TheLastNameInByteOrderWinsWhateverTheDirectory) {
  EXPECT_EQ(both({{"/etc/sysctl.d/10-a.conf", kKey + "=1"}, {"/usr/lib/sysctl.d/99-z.conf", kKey + "=2"}}),
            "2 by /usr/lib/sysctl.d/99-z.conf:1");
  EXPECT_EQ(both({{"/etc/sysctl.d/10-a.conf", kKey + "=1"}, {"/etc/sysctl.d/9-a.conf", kKey + "=2"}}),
            "2 by /etc/sysctl.d/9-a.conf:1");
  EXPECT_EQ(both({{"/etc/sysctl.d/99-B.conf", kKey + "=1"}, {"/etc/sysctl.d/99-a.conf", kKey + "=2"}}),
            "2 by /etc/sysctl.d/99-a.conf:1");
}

TEST(SysctlBoot, OfOneNameTheHighestDirectoryCounts) {
  const Files files = {{"/run/sysctl.d/50-x.conf", "net.ipv4.tcp_syncookies=1"},
                       {"/usr/lib/sysctl.d/50-x.conf", "\n" + kKey + "=2"}};
  EXPECT_EQ(both(files), "nothing");
  const auto boot = boot_of(host_with(files));
  const auto& answer = boot.keys.at(kKey).systemd;
  ASSERT_EQ(answer->lines.size(), 1U);
  EXPECT_EQ(answer->lines[0].fate, LineFate::hidden);
  EXPECT_EQ(answer->lines[0].line, 2U);
  EXPECT_EQ(boot.keys.at(kKey).after(SysctlLoader::systemd).value(), "4096") << "the kernel's own";
}

TEST(SysctlBoot, EmptyFilesAndDanglingLinksHide) {
  auto host = host_with({{"/usr/lib/sysctl.d/50-x.conf", kKey + "=2"}, {"/etc/sysctl.d/50-x.conf", ""}});
  EXPECT_EQ(told(boot_of(host).keys.at(kKey).systemd), "nothing");
  host.files.erase("/etc/sysctl.d/50-x.conf");
  host.links["/etc/sysctl.d/50-x.conf"] = "/nowhere";
  EXPECT_EQ(told(boot_of(host).keys.at(kKey).systemd), "nothing");
  EXPECT_EQ(told(boot_of(host).keys.at(kKey).procps), "nothing");
}

TEST(SysctlBoot, SysctlConfIsReadLastByProcpsAndByItsLinkBySystemd) {
  const Files files = {{"/etc/sysctl.conf", kKey + "=1"}, {"/etc/sysctl.d/99-haproxy.conf", kKey + "=2"}};
  EXPECT_EQ(systemd(files), "2 by /etc/sysctl.d/99-haproxy.conf:1");
  EXPECT_EQ(procps(files), "1 by /etc/sysctl.conf:1");
  auto host = host_with(files);
  host.links["/etc/sysctl.d/99-sysctl.conf"] = "../sysctl.conf";
  EXPECT_EQ(told(boot_of(host).keys.at(kKey).systemd), "1 by /etc/sysctl.d/99-sysctl.conf:1");
  EXPECT_EQ(told(boot_of(host).keys.at(kKey).procps), "1 by /etc/sysctl.conf:1");
}

TEST(SysctlBoot, OnlyProcpsReadsHiddenFiles) {
  const Files files = {{"/etc/sysctl.d/.50-b.conf", kKey + "=1"}, {"/etc/sysctl.d/60-c.conf.bak", kKey + "=2"}};
  EXPECT_EQ(systemd(files), "nothing");
  EXPECT_EQ(procps(files), "1 by /etc/sysctl.d/.50-b.conf:1");
}

TEST(SysctlBoot, KeysAreSpelledInManyWays) {
  for (const auto* const key : {"net/core/somaxconn", "net..core.somaxconn", "net//core/somaxconn",
                                "/net/core/somaxconn", "net/./core/somaxconn", ".net.core.somaxconn"}) {
    EXPECT_EQ(both({{"/etc/sysctl.d/a.conf", std::string(key) + " = 7"}}), "7 by /etc/sysctl.d/a.conf:1") << key;
  }
  EXPECT_EQ(systemd({{"/etc/sysctl.d/a.conf", "net.core.somaxconn. = 7"}}), "7 by /etc/sysctl.d/a.conf:1");
  EXPECT_EQ(procps({{"/etc/sysctl.d/a.conf", "net.core.somaxconn. = 7"}}), "nothing");
  EXPECT_EQ(systemd({{"/etc/sysctl.d/a.conf", "- net.core.somaxconn = 7"}}), "7 by /etc/sysctl.d/a.conf:1");
  EXPECT_EQ(procps({{"/etc/sysctl.d/a.conf", "- net.core.somaxconn = 7"}}), "nothing")
      << "a key that begins with a blank";
  const std::string vlan = "net.ipv4.conf.eth0/200.rp_filter";
  EXPECT_EQ(both({{"/etc/sysctl.d/a.conf", "net/ipv4/conf/eth0.200/rp_filter=1"}}, vlan),
            "1 by /etc/sysctl.d/a.conf:1");
}

TEST(SysctlBoot, PatternsLeaveOutWhatIsNamedAnywhere) {
  const std::string key = "net.ipv4.conf.lo.rp_filter";
  EXPECT_EQ(both({{"/etc/sysctl.d/50-a.conf", "net.ipv4.conf.*.rp_filter=1"}}, key), "1 by /etc/sysctl.d/50-a.conf:1");
  EXPECT_EQ(
      both({{"/etc/sysctl.d/40-a.conf", key + "=2"}, {"/etc/sysctl.d/50-a.conf", "net.ipv4.conf.*.rp_filter=1"}}, key),
      "2 by /etc/sysctl.d/40-a.conf:1");
  EXPECT_EQ(both({{"/etc/sysctl.d/50-a.conf", "net.ipv4.conf.*.rp_filter=1\n-" + key}}, key), "nothing");
  EXPECT_EQ(both({{"/etc/sysctl.d/50-a.conf", "net.*.rp_filter=1"}}, key), "nothing") << "a star stops at a slash";
}

TEST(SysctlBoot, AnExceptionUndoesEarlierLinesToSystemdAlone) {
  const Files files = {{"/etc/sysctl.d/50-a.conf", kKey + "=5\n-" + kKey + "\n"}};
  EXPECT_EQ(systemd(files), "nothing");
  EXPECT_EQ(procps(files), "5 by /etc/sysctl.d/50-a.conf:1");
}

TEST(SysctlBoot, ARefusedValueLeavesWhatProcpsWroteBeforeAndSystemdDidNot) {
  const Files files = {{"/etc/sysctl.d/50-a.conf", kKey + "=5\n" + kKey + "=many\n"}};
  EXPECT_EQ(systemd(files), "nothing");
  EXPECT_EQ(procps(files), "5 by /etc/sysctl.d/50-a.conf:1");
  const auto boot = boot_of(host_with(files));
  EXPECT_EQ(boot.keys.at(kKey).systemd->lines[1].fate, LineFate::refused);
  EXPECT_EQ(boot.keys.at(kKey).systemd->lines[0].fate, LineFate::overridden);
}

TEST(SysctlBoot, CoupledKeysAreWrittenInTheirOrder) {
  const std::string range = "net.ipv4.ip_local_port_range";
  const std::string start = "net.ipv4.ip_unprivileged_port_start";
  EXPECT_EQ(both({{"/etc/sysctl.d/50-a.conf", range + "=1024 65535\n" + start + "=2000"}}, range),
            "1024\t65535 by /etc/sysctl.d/50-a.conf:1");
  EXPECT_EQ(both({{"/etc/sysctl.d/50-a.conf", start + "=2000\n" + range + "=1024 65535"}}, range), "nothing");
}

TEST(SysctlBoot, LinesThatAreNone) {
  EXPECT_EQ(both({{"/etc/sysctl.d/50-a.conf", "#" + kKey + "=5\n;" + kKey + "=6\n" + kKey + "\n[x]\n=9\n-\n"}}),
            "nothing");
  EXPECT_EQ(both({{"/etc/sysctl.d/50-a.conf", kKey + " = 4096 # as advised\n"}}), "4096 by /etc/sysctl.d/50-a.conf:1");
}

TEST(SysctlBoot, SystemdEndsLinesAtACarriageReturnAndANul) {
  const std::string content = "# x\r" + kKey + "=5\n";
  EXPECT_EQ(systemd({{"/etc/sysctl.d/50-a.conf", content}}), "5 by /etc/sysctl.d/50-a.conf:1");
  EXPECT_EQ(procps({{"/etc/sysctl.d/50-a.conf", content}}), "nothing");
  const std::string nul = std::string("# x\0", 4) + kKey + "=5\n" + kKey + "=6\n";
  EXPECT_EQ(systemd({{"/etc/sysctl.d/50-a.conf", nul + "-" + kKey + "=7"}}), "7 by /etc/sysctl.d/50-a.conf:3");
  EXPECT_EQ(procps({{"/etc/sysctl.d/50-a.conf", nul}}), "6 by /etc/sysctl.d/50-a.conf:2");
}

TEST(SysctlBoot, SystemdReadsNoFurtherAfterALineOfAMegabyte) {
  const std::string before = kKey + "=5\n#" + std::string(1024UL * 1024 - 2, 'x');
  EXPECT_EQ(both({{"/etc/sysctl.d/50-a.conf", before + "\n" + kKey + "=6\n"}}), "6 by /etc/sysctl.d/50-a.conf:3");
  EXPECT_EQ(systemd({{"/etc/sysctl.d/50-a.conf", before + "x\n" + kKey + "=6\n"}}), "5 by /etc/sysctl.d/50-a.conf:1");
}

TEST(SysctlBoot, TheCredentialIsReadLastBySystemd) {
  const Files files = {{"/etc/credstore/sysctl.extra", kKey + "=7"}, {"/etc/sysctl.d/zz.conf", kKey + "=6"}};
  EXPECT_EQ(systemd(files), "7 by /etc/credstore/sysctl.extra:1");
  EXPECT_EQ(procps(files), "6 by /etc/sysctl.d/zz.conf:1");
}

TEST(SysctlBoot, TheKernelsCommandLineStandsBeforeAll) {
  auto host = host_with({{"/proc/cmdline", "quiet sysctl.net.core.somaxconn=8192 sysctl.net/core/bad"}});
  EXPECT_EQ(boot_of(host).keys.at(kKey).kernel, "8192");
  EXPECT_EQ(boot_of(host).keys.at(kKey).after(SysctlLoader::systemd).value(), "8192");
}

TEST(SysctlBoot, AKeyOfALateModuleIsNotThereYet) {
  const std::string key = "net.netfilter.nf_conntrack_max";
  auto host = host_with({{"/etc/sysctl.d/50-a.conf", key + " = 500000"}});
  EXPECT_EQ(boot_of(host, key).keys.at(key).late_module, "nf_conntrack");
  EXPECT_TRUE(comes_late(test::MapHost(), "nf_conntrack")) << "nobody names it, and nobody loads it";
  EXPECT_EQ(boot_of(host, key).keys.at(key).after(SysctlLoader::systemd).value(), std::nullopt);
  host.files["/etc/modules-load.d/ct.conf"] = "# early\nnf_conntrack\n";
  EXPECT_EQ(boot_of(host, key).keys.at(key).late_module, "");
  host.files.erase("/etc/modules-load.d/ct.conf");
  host.files["/sys/module/nf_conntrack/parameters/hashsize"] = "65536";
  EXPECT_EQ(boot_of(host, key).keys.at(key).late_module, "") << "built in";
  host.files["/sys/module/nf_conntrack/initstate"] = "live";
  EXPECT_EQ(boot_of(host, key).keys.at(key).late_module, "nf_conntrack");
}

TEST(SysctlBoot, WhatCannotBeReadMayDecideAnything) {
  auto host = host_with({{"/etc/sysctl.d/50-a.conf", kKey + "=5"}, {"/usr/lib/sysctl.d/50-a.conf", kKey + "=6"}});
  host.refused["/usr/lib/sysctl.d/50-a.conf"] = EACCES;
  EXPECT_EQ(told(boot_of(host).keys.at(kKey).systemd), "5 by /etc/sysctl.d/50-a.conf:1") << "hidden anyway";
  host.refused["/etc/sysctl.d/50-a.conf"] = EACCES;
  EXPECT_EQ(told(boot_of(host).keys.at(kKey).systemd).substr(0, 6), "error:");
  EXPECT_EQ(told(boot_of(host).keys.at(kKey).procps).substr(0, 6), "error:");
  host.refused["/etc/sysctl.d"] = EACCES;
  EXPECT_FALSE(read_sysctl_boot(host, {kKey}));
}

TEST(SysctlBoot, WhatIsNotFollowedIsSaid) {
  EXPECT_EQ(systemd({{"/etc/sysctl.d/a.conf", "net.core.{somaxconn,x}*=5"}}).substr(0, 6), "error:");
  EXPECT_EQ(procps({{"/etc/sysctl.d/a.conf", "net/*/../core/somaxconn=5"}}).substr(0, 6), "error:");
  EXPECT_EQ(systemd({{"/etc/sysctl.d/a.conf", "net/*/../core/somaxconn=5"}}), "nothing") << "systemd refuses ways up";
  EXPECT_EQ(procps({{"/etc/sysctl.d/[a].conf", kKey + "=5"}}).substr(0, 6), "error:") << "a name that is a pattern";
}

TEST(SysctlBoot, WithoutSystemdProcpsBootsTheHost) {
  test::MapHost host;
  EXPECT_EQ(boot_of(host).loader, SysctlLoader::procps);
  EXPECT_EQ(boot_of(host_with({})).loader, SysctlLoader::systemd);
}

TEST(SysctlBoot, TheLineThatDecidesSaysWhoManagesIt) {
  const auto manager = [](const std::string& file, const std::string& content) {
    const auto answer = boot_of(host_with({{file, content}})).keys.at(kKey).systemd;
    return answer->lines.at(answer->decider.value()).managed_by;
  };
  EXPECT_EQ(manager("/etc/sysctl.d/a.conf", "# Ansible managed\n" + kKey + "=1\n"), "Ansible");
  EXPECT_EQ(manager("/etc/sysctl.d/99-chef-net.core.somaxconn.conf", kKey + " = 1\n"), "Chef");
  EXPECT_EQ(manager("/etc/sysctl.d/a.conf", kKey + "=1\n"), "");
}

}  // namespace
}  // namespace preflight
