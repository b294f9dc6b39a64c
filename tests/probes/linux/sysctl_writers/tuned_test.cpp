// SPDX-License-Identifier: Apache-2.0
// tuned's profiles as its loader merges them, and what is left of them once it has applied sysctl.d again.
#include <cerrno>

#include <gtest/gtest.h>

#include "probes/linux/sysctl_writers.h"
#include "tests/support/map_host.h"

namespace preflight {
namespace {

const SysctlKeys kKeys = {"fs.file-max", "net.core.somaxconn", "net.ipv4.tcp_rmem", "net.ipv4.tcp_tw_reuse"};

/// EL 9's layout, with that profile active and tuned enabled.
test::MapHost host_with(const std::string& profile) {
  test::MapHost host;
  host.files["/etc/tuned/active_profile"] = "lb\n";
  host.files["/etc/tuned/profile_mode"] = "manual\n";
  host.files["/etc/tuned/tuned-main.conf"] = "# global\ndaemon = 1\nreapply_sysctl = 1\n";
  host.files["/etc/tuned/lb/tuned.conf"] = profile;
  host.files["/usr/lib/tuned/throughput-performance/tuned.conf"] =
      "[main]\nsummary=x\n[sysctl]\nvm.swappiness=10\nnet.core.somaxconn=>2048\n"
      "[sysctl.thunderx]\ntype=sysctl\nuname_regex=aarch64\nfs.file-max=5\n";
  host.links["/etc/systemd/system/multi-user.target.wants/tuned.service"] = "/usr/lib/systemd/system/tuned.service";
  return host;
}

std::string written(const HostView& host, const Result<SysctlBoot>& boot = unread("boot")) {
  const auto writers = read_sysctl_writers(host, kKeys, boot);
  if (!writers) return "error: " + describe(writers.error());
  std::string text;
  for (const auto& one : *writers) {
    EXPECT_EQ(one.owner, "tuned");
    const auto* const rule = one.rule == WriteRule::sets ? "=" : one.rule == WriteRule::raises ? ">=" : "<=";
    text += one.file + ":" + std::to_string(one.line) + " " + one.key + rule + (one.value.empty() ? "?" : one.value);
    text += "\n";
  }
  return text;
}

TEST(Tuned, TheActiveProfile) {
  EXPECT_EQ(written(host_with("[sysctl]\nnet.core.somaxconn = 128 # small\n#fs.file-max=1\nvm.swappiness=1\n"
                              "net.ipv4.tcp_rmem=\"4096 131072 16777216\"\n[vm]\nfs.file-max=7\n")),
            "/etc/tuned/lb/tuned.conf:2 net.core.somaxconn=128\n"
            "/etc/tuned/lb/tuned.conf:5 net.ipv4.tcp_rmem=4096 131072 16777216\n");
}

TEST(Tuned, NotEnabledOrWithoutAProfile) {
  auto disabled = host_with("[sysctl]\nnet.core.somaxconn=128\n");
  disabled.links.clear();
  EXPECT_EQ(written(disabled), "");
  auto empty = host_with("[sysctl]\nnet.core.somaxconn=128\n");
  empty.files["/etc/tuned/active_profile"] = "\n";
  EXPECT_EQ(written(empty), "");
  auto gone = host_with("");
  gone.files["/etc/tuned/active_profile"] = "no-such-profile\n";
  EXPECT_EQ(written(gone), "") << "tuned refuses to apply any";
}

TEST(Tuned, IncludesComeFirst) {
  EXPECT_EQ(written(host_with("[main]\ninclude=throughput-performance\n[sysctl]\nnet.ipv4.tcp_tw_reuse=1\n")),
            "/usr/lib/tuned/throughput-performance/tuned.conf:5 net.core.somaxconn>=2048\n"
            "/etc/tuned/lb/tuned.conf:4 net.ipv4.tcp_tw_reuse=1\n"
            "/usr/lib/tuned/throughput-performance/tuned.conf:9 fs.file-max=?\n");
  EXPECT_EQ(written(host_with("[main]\ninclude=throughput-performance, -not-there; -\n"
                              "[sysctl]\nnet.core.somaxconn=64\n[sysctl.thunderx]\ntype=sysctl\nenabled=0\n")),
            "/etc/tuned/lb/tuned.conf:4 net.core.somaxconn=64\n");
  EXPECT_EQ(written(host_with("[main]\ninclude=not-there\n[sysctl]\nnet.core.somaxconn=64\n")), "");
}

TEST(Tuned, ReplaceAndDrop) {
  EXPECT_EQ(written(host_with("[main]\ninclude=throughput-performance\n[sysctl]\nreplace=1\nfs.file-max=9\n"
                              "[sysctl.thunderx]\nreplace=true\n")),
            "/etc/tuned/lb/tuned.conf:5 fs.file-max=9\n");
  EXPECT_EQ(written(host_with("[main]\ninclude=throughput-performance\n[sysctl]\ndrop=net.core.somaxconn\n"
                              "[sysctl.thunderx]\ndrop=fs.file-max\n")),
            "");
}

TEST(Tuned, AProfileMayIncludeTheOneItHides) {
  auto host = host_with("");
  host.files["/etc/tuned/active_profile"] = "throughput-performance\n";
  host.files["/etc/tuned/throughput-performance/tuned.conf"] =
      "[main]\ninclude=throughput-performance\n[sysctl]\nfs.file-max=9\n";
  EXPECT_EQ(written(host),
            "/etc/tuned/throughput-performance/tuned.conf:4 fs.file-max=9\n"
            "/usr/lib/tuned/throughput-performance/tuned.conf:5 net.core.somaxconn>=2048\n"
            "/usr/lib/tuned/throughput-performance/tuned.conf:9 fs.file-max=?\n");
  host.files["/etc/tuned/a/tuned.conf"] = "[main]\ninclude=b\n[sysctl]\nfs.file-max=1\n";
  host.files["/etc/tuned/b/tuned.conf"] = "[main]\ninclude=a\n[sysctl]\nfs.file-max=2\n";
  host.files["/etc/tuned/active_profile"] = "a b\n";
  EXPECT_EQ(written(host), "/etc/tuned/a/tuned.conf:4 fs.file-max=1\n") << "each once";
}

TEST(Tuned, ProfilesOfTheirOwnDirectory) {
  auto host = host_with("[sysctl]\nnet.core.somaxconn=1\n");
  host.files["/etc/tuned/profiles/lb/tuned.conf"] = "[sysctl]\nnet.core.somaxconn=2\n";
  host.files["/usr/lib/tuned/profiles/lb/tuned.conf"] = "[sysctl]\nnet.core.somaxconn=3\n";
  EXPECT_EQ(written(host), "/etc/tuned/profiles/lb/tuned.conf:2 net.core.somaxconn=2\n");
  host.files["/etc/tuned/tuned-main.conf"] = "profile_dirs = /usr/lib/tuned/profiles,/srv/tuned\n";
  host.files["/srv/tuned/lb/tuned.conf"] = "[sysctl]\nnet.core.somaxconn=4\n";
  EXPECT_EQ(written(host), "/srv/tuned/lb/tuned.conf:2 net.core.somaxconn=4\n");
}

TEST(Tuned, WhatItHasToComputeIsNotKnown) {
  EXPECT_EQ(written(host_with("[variables]\nmany=128\n[sysctl]\nnet.core.somaxconn=${many}\n"
                              "fs.file-max=${f:exec:/bin/echo:5}\n")),
            "/etc/tuned/lb/tuned.conf:5 fs.file-max=?\n/etc/tuned/lb/tuned.conf:4 net.core.somaxconn=?\n");
  EXPECT_EQ(written(host_with("[main]\ninclude=${f:virt_check:virtual-guest:network-throughput}\n")),
            "error: /etc/tuned/lb/tuned.conf: what this profile of tuned includes is computed: "
            "${f:virt_check:virtual-guest:network-throughput}");
}

TEST(Tuned, SysctlDIsAppliedOnceMore) {
  auto host = host_with("[sysctl]\nnet.core.somaxconn=128\nfs.file-max=5\n");
  host.files["/etc/sysctl.d/50-lb.conf"] = "# ours\nnet.core.somaxconn = 4096\nfs/file-max = 99\n";
  EXPECT_EQ(written(host),
            "/etc/tuned/lb/tuned.conf:3 fs.file-max=5\n/etc/sysctl.d/50-lb.conf:2 net.core.somaxconn=4096\n")
      << "keys with slashes tuned looks for in the wrong place";
  SysctlBoot boot;
  LoaderAnswer answer;
  answer.value = "4096";
  boot.keys["net.core.somaxconn"].systemd = answer;
  EXPECT_EQ(written(host, boot), "/etc/tuned/lb/tuned.conf:3 fs.file-max=5\n") << "the boot loader's own value";
  host.files["/etc/sysctl.conf"] = "net.core.somaxconn=4096\n";
  EXPECT_EQ(written(host, boot),
            "/etc/tuned/lb/tuned.conf:3 fs.file-max=5\n/etc/sysctl.conf:1 net.core.somaxconn=4096\n")
      << "the last word";
}

TEST(Tuned, WhatIsNotAppliedOnceMore) {
  auto host = host_with("[sysctl]\nnet.core.somaxconn=128\n");
  host.files["/usr/lib/sysctl.d/50-lb.conf"] = "net.core.somaxconn = 4096\n";
  EXPECT_EQ(written(host), "/etc/tuned/lb/tuned.conf:2 net.core.somaxconn=128\n") << "tuned does not read /usr/lib";
  host.files["/etc/sysctl.d/50-lb.conf"] = "net.core.somaxconn = 4096\n";
  host.files["/etc/tuned/tuned-main.conf"] = "reapply_sysctl_exclude = net.ipv4.ip_forward, net.core.*\n";
  EXPECT_EQ(written(host), "/etc/tuned/lb/tuned.conf:2 net.core.somaxconn=128\n");
  host.files["/etc/tuned/tuned-main.conf"] = "reapply_sysctl = 0\n";
  EXPECT_EQ(written(host), "/etc/tuned/lb/tuned.conf:2 net.core.somaxconn=128\n");
  auto idle = host_with("[vm]\nx=1\n");
  idle.files["/etc/sysctl.conf"] = "net.core.somaxconn = 1\n";
  EXPECT_EQ(written(idle), "") << "no [sysctl], nothing to apply after";
}

TEST(Tuned, OfOneNameTheFileOfRunCounts) {
  auto host = host_with("[sysctl]\nx.y=1\n");
  host.files["/etc/sysctl.d/50-x.conf"] = "fs.file-max=1\n";
  host.files["/run/sysctl.d/50-x.conf"] = "fs.file-max=2\n";
  host.links["/etc/sysctl.d/90-masked.conf"] = "/dev/null";
  EXPECT_EQ(written(host), "/run/sysctl.d/50-x.conf:1 fs.file-max=2\n");
}

TEST(Tuned, HostileProfiles) {
  auto host = host_with("");
  for (int i = 0; i < 100; ++i)
    host.files["/etc/tuned/p" + std::to_string(i) + "/tuned.conf"] =
        "[main]\ninclude=p" + std::to_string(i + 1) + "\n[sysctl]\nfs.file-max=1\n";
  host.files["/etc/tuned/active_profile"] = "p0\n";
  EXPECT_EQ(written(host).substr(0, 6), "error:") << "a chain without end";
  EXPECT_EQ(written(host_with("no section\n[sysctl]\nfs.file-max=1\n")), "") << "tuned refuses such a file";
  EXPECT_EQ(written(host_with("[sysctl]\nfs.file-max=1\n  2\n")), "/etc/tuned/lb/tuned.conf:2 fs.file-max=?\n");
  auto unreadable = host_with("");
  unreadable.refused["/etc/tuned/lb/tuned.conf"] = EACCES;
  EXPECT_EQ(written(unreadable), "error: /etc/tuned/lb/tuned.conf: Permission denied");
}

}  // namespace
}  // namespace preflight
