// SPDX-License-Identifier: Apache-2.0
// Precedence and syntax of unit files; each case was seen on systemd 252.
#include "probes/linux/unit_files.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/linux/process.h"
#include "tests/support/map_host.h"

namespace preflight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kFragment = "/lib/systemd/system/haproxy.service";

test::MapHost host_with(const std::string& service) {
  test::MapHost host;
  host.files[kFragment] = "[Unit]\nDescription=x\n[Service]\n" + service + "\n[Install]\nWantedBy=multi-user.target\n";
  return host;
}

UnitProperties unit_of(const HostView& host, const std::string& name = "haproxy.service") {
  const auto unit = unit_from_files(host, name);
  EXPECT_TRUE(unit) << describe(unit.error());
  return unit.value_or(UnitProperties{});
}

UnitProperties service(const std::string& text) { return unit_of(host_with(text)); }

TEST(UnitFiles, DefaultLimitIsTheManagers) {
  auto host = host_with("");
  host.files["/etc/systemd/system.conf"] = "[Manager]\nDefaultLimitNOFILE=2000:3000\n";
  EXPECT_EQ(unit_of(host).limit_nofile, 3000U);
  host.files["/usr/lib/systemd/system.conf.d/50-a.conf"] = "[Manager]\nDefaultLimitNOFILE=4000:5000\n";
  EXPECT_EQ(unit_of(host).limit_nofile_soft, 4000U);
  host.links["/etc/systemd/system.conf.d/50-a.conf"] = "/dev/null";
  EXPECT_EQ(unit_of(host).limit_nofile, 3000U);
}

TEST(UnitFiles, DropInsApplyInTheOrderOfTheirNames) {
  auto host = host_with("LimitNOFILE=1");
  host.files["/etc/systemd/system/haproxy.service.d/10-a.conf"] = "[Service]\nLimitNOFILE=10\n";
  EXPECT_EQ(unit_of(host).limit_nofile, 10U);
  host.files["/run/systemd/system/haproxy.service.d/50-b.conf"] = "[Service]\nLimitNOFILE=50\n";
  EXPECT_EQ(unit_of(host).limit_nofile, 50U) << "a later name wins whatever its directory";
  host.files["/etc/systemd/system/service.d/99-type.conf"] = "[Service]\nLimitNOFILE=99\n";
  EXPECT_EQ(unit_of(host).limit_nofile, 99U) << "those of the type take part in the same order";
  host.files["/etc/systemd/system.control/haproxy.service.d/99-zz.conf"] = "[Service]\nLimitNOFILE=100\n";
  const auto unit = unit_of(host);
  EXPECT_EQ(unit.limit_nofile, 100U);
  EXPECT_THAT(unit.drop_in_paths, ElementsAre("/etc/systemd/system/haproxy.service.d/10-a.conf",
                                              "/run/systemd/system/haproxy.service.d/50-b.conf",
                                              "/etc/systemd/system/service.d/99-type.conf",
                                              "/etc/systemd/system.control/haproxy.service.d/99-zz.conf"));
}

TEST(UnitFiles, SameNameInAHigherDirectoryReplacesTheWholeFile) {
  auto host = host_with("User=a");
  host.files["/usr/lib/systemd/system/haproxy.service.d/10-a.conf"] = "[Service]\nLimitNOFILE=7\nUser=b\n";
  host.files["/etc/systemd/system/haproxy.service.d/10-a.conf"] = "[Service]\nLimitNOFILE=8\n";
  const auto unit = unit_of(host);
  EXPECT_EQ(unit.limit_nofile, 8U);
  EXPECT_EQ(unit.user, "a");
}

TEST(UnitFiles, MaskedDropInsAreListedButSayNothing) {
  auto host = host_with("");
  host.files["/usr/lib/systemd/system/haproxy.service.d/10-a.conf"] = "[Service]\nLimitNOFILE=7\n";
  host.links["/etc/systemd/system/haproxy.service.d/10-a.conf"] = "/dev/null";
  host.files["/etc/systemd/system/haproxy.service.d/.hidden.conf"] = "[Service]\nLimitNOFILE=9\n";
  host.files["/etc/systemd/system/haproxy.service.d/backup.conf.bak"] = "[Service]\nLimitNOFILE=9\n";
  const auto unit = unit_of(host);
  EXPECT_EQ(unit.limit_nofile, 524288U);
  EXPECT_THAT(unit.drop_in_paths, ElementsAre("/etc/systemd/system/haproxy.service.d/10-a.conf"));
}

TEST(UnitFiles, UnreadableDropInIsAnErrorNotADefault) {
  auto host = host_with("");
  const std::string path = "/etc/systemd/system/haproxy.service.d/10-a.conf";
  host.files[path] = "";
  host.refused[path] = EACCES;
  const auto unit = unit_from_files(host, "haproxy.service");
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, std::errc::permission_denied);
}

TEST(UnitFiles, FragmentOfTheHighestDirectory) {
  auto host = host_with("User=lib");
  host.files["/etc/systemd/system/haproxy.service"] = "[Service]\nUser=etc\n";
  const auto unit = unit_of(host);
  EXPECT_EQ(unit.user, "etc");
  EXPECT_EQ(unit.fragment_path, "/etc/systemd/system/haproxy.service");
  EXPECT_EQ(unit.unit_file_state, "static") << "no [Install] section";
}

TEST(UnitFiles, MissingUnitIsEnoent) {
  const auto unit = unit_from_files(test::MapHost(), "haproxy.service");
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, std::errc::no_such_file_or_directory);
  EXPECT_FALSE(unit_from_files(test::MapHost(), "../../etc/passwd"));
}

TEST(UnitFiles, EnabledByALinkOfATarget) {
  auto host = host_with("");
  EXPECT_EQ(unit_of(host).unit_file_state, "disabled");
  host.links["/etc/systemd/system/multi-user.target.wants/haproxy.service"] = kFragment;
  EXPECT_EQ(unit_of(host).unit_file_state, "enabled");
  host.links["/etc/systemd/system/haproxy.service"] = "/dev/null";
  EXPECT_EQ(unit_of(host).unit_file_state, "masked");
}

TEST(UnitFiles, InstanceOfATemplate) {
  test::MapHost host;
  host.files["/lib/systemd/system/haproxy@.service"] =
      "[Service]\nExecStart=/usr/sbin/haproxy -Ws -f /etc/haproxy/%i.cfg -p /run/%p-%N.pid %%x %q\n";
  host.files["/etc/systemd/system/haproxy@.service.d/a.conf"] = "[Service]\nLimitNOFILE=5\n";
  host.files["/etc/systemd/system/haproxy@edge.service.d/a.conf"] = "[Service]\nLimitNOFILE=6\n";
  const auto unit = unit_of(host, "haproxy@edge.service");
  EXPECT_EQ(unit.limit_nofile, 6U);
  EXPECT_THAT(unit.exec_start, ElementsAre("/usr/sbin/haproxy", "-Ws", "-f", "/etc/haproxy/edge.cfg", "-p",
                                           "/run/haproxy-haproxy@edge.pid", "%x", "%q"));
}

TEST(UnitFiles, PrefixDropIns) {
  auto host = test::MapHost();
  host.files["/lib/systemd/system/lb-edge-1.service"] = "[Service]\n";
  host.files["/etc/systemd/system/lb-.service.d/a.conf"] = "[Service]\nLimitNOFILE=5\n";
  host.files["/etc/systemd/system/lb-edge-.service.d/b.conf"] = "[Service]\nLimitNOFILE=6\n";
  EXPECT_EQ(unit_of(host, "lb-edge-1.service").limit_nofile, 6U);
}

TEST(UnitFiles, ExecStart) {
  EXPECT_THAT(service("ExecStart=-@/usr/sbin/haproxy lb -f \"/a b.cfg\" 'x'\\x41 $OPTS").exec_start,
              ElementsAre("/usr/sbin/haproxy", "-f", "/a b.cfg", "xA", "$OPTS"));
  EXPECT_THAT(service("ExecStart=/a\nExecStart=\nExecStart=/b -W").exec_start, ElementsAre("/b", "-W"));
  EXPECT_THAT(service("ExecStart=/a one ; /b two").exec_start, ElementsAre("/a", "one"));
  EXPECT_THAT(service("ExecStart=/a one \\\n# between\n  two").exec_start, ElementsAre("/a", "one", "two"));
  EXPECT_THAT(service("ExecStart=:/a $X").exec_start, ElementsAre("/a", "$$X"));
  EXPECT_THAT(service("ExecStart=/a \"open").exec_start, ElementsAre("/a"));
  EXPECT_THAT(service("ExecStart=").exec_start, IsEmpty());
  EXPECT_THAT(service("ExecStart=-").exec_start, IsEmpty());
}

TEST(UnitFiles, EnvironmentIsMergedAndReset) {
  EXPECT_THAT(service("Environment=\"A=1 2\" B=x\nEnvironment=A=3 nonsense").environment, ElementsAre("A=3", "B=x"));
  EXPECT_THAT(service("Environment=A=1\nEnvironment=\nEnvironment=B=2").environment, ElementsAre("B=2"));
  EXPECT_THAT(service("EnvironmentFile=-/etc/default/haproxy\nEnvironmentFile=/x").environment_files,
              ElementsAre(EnvironmentFile{"/etc/default/haproxy", true}, EnvironmentFile{"/x", false}));
  EXPECT_THAT(service("EnvironmentFile=/x\nEnvironmentFile=").environment_files, IsEmpty());
}

TEST(UnitFiles, CapabilityBoundingSet) {
  const auto set = [](const char* text) { return service(text).capability_bounding_set; };
  constexpr std::uint64_t kBind = 1U << kCapNetBindService;
  constexpr std::uint64_t kRaw = 1U << kCapNetRaw;
  EXPECT_EQ(set(""), kUnlimited);
  EXPECT_EQ(set("CapabilityBoundingSet=CAP_NET_BIND_SERVICE cap_net_raw CAP_OF_NO_KERNEL"), kBind | kRaw);
  EXPECT_EQ(set("CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nCapabilityBoundingSet=CAP_NET_RAW"), kBind | kRaw);
  EXPECT_EQ(set("CapabilityBoundingSet=~CAP_NET_RAW"), ~kRaw);
  EXPECT_EQ(set("CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_NET_RAW\nCapabilityBoundingSet=~CAP_NET_RAW"), kBind);
  EXPECT_EQ(set("CapabilityBoundingSet="), 0U);
  EXPECT_EQ(set("CapabilityBoundingSet=CAP_NET_RAW\nCapabilityBoundingSet=~"), kUnlimited);
}

TEST(UnitFiles, AmbientCapabilities) {
  const auto set = [](const char* text) { return service(text).ambient_capabilities; };
  constexpr std::uint64_t kBind = 1U << kCapNetBindService;
  constexpr std::uint64_t kRaw = 1U << kCapNetRaw;
  EXPECT_EQ(set(""), 0U) << "a service has none unless it is given some";
  EXPECT_EQ(set("AmbientCapabilities=CAP_NET_BIND_SERVICE"), kBind);
  EXPECT_EQ(set("AmbientCapabilities=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_RAW"), kBind | kRaw);
  EXPECT_EQ(set("AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_NET_RAW\nAmbientCapabilities=~CAP_NET_RAW"), kBind);
  EXPECT_EQ(set("AmbientCapabilities=CAP_NET_RAW\nAmbientCapabilities="), 0U);
}

TEST(UnitFiles, BindPaths) {
  const auto paths = [](const char* text) { return service(text).bind_paths; };
  using Paths = std::vector<BindPath>;
  EXPECT_EQ(paths("BindReadOnlyPaths=/dev/log:/var/lib/haproxy/dev/log"),
            (Paths{{"/dev/log", "/var/lib/haproxy/dev/log", false}}));
  EXPECT_EQ(paths("BindPaths=-/a:/b:rbind /c\nBindReadOnlyPaths=/d"),
            (Paths{{"/a", "/b", true}, {"/c", "/c", false}, {"/d", "/d", false}}));
  EXPECT_EQ(paths("BindPaths=/a:/%p"), (Paths{{"/a", "/haproxy", false}}));
  EXPECT_EQ(paths("BindPaths=/a\nBindPaths="), Paths{});
  EXPECT_EQ(paths("BindPaths=relative ::: -"), Paths{});
}

TEST(UnitFiles, WhatIsDoneBeforeTheStart) {
  using Words = std::vector<std::string>;
  const auto made = [](const char* text) { return service(text).made_directories; };
  EXPECT_EQ(made("RuntimeDirectory=lb %p/a:link\nStateDirectory=lb\nCacheDirectory=c\nLogsDirectory=l"),
            (Words{"/run/lb", "/run/haproxy/a", "/var/lib/lb", "/var/cache/c", "/var/log/l"}));
  EXPECT_EQ(made("RuntimeDirectory=lb\nStateDirectory=lb\nRuntimeDirectory="), (Words{"/var/lib/lb"}));
  const auto before = [](const char* text) { return service(text).exec_start_pre; };
  EXPECT_EQ(before("ExecStartPre=/usr/sbin/haproxy -c -f x\nExecStartPre=-+/bin/mkdir -p /run/lb"),
            (Words{"/usr/sbin/haproxy", "/bin/mkdir"}));
  EXPECT_EQ(before("ExecStartPre=/bin/a\nExecStartPre="), Words{});
}

TEST(UnitFiles, UmaskAndGroups) {
  EXPECT_EQ(service("").umask, 0022U);
  EXPECT_EQ(service("UMask=0077").umask, 0077U);
  EXPECT_EQ(service("UMask=7").umask, 7U);
  EXPECT_EQ(service("UMask=0088").umask, 0022U);
  EXPECT_EQ(service("Group=%p").group, "haproxy");
  EXPECT_EQ(service("SupplementaryGroups=ssl-cert adm\nSupplementaryGroups=x").supplementary_groups,
            (std::vector<std::string>{"ssl-cert", "adm", "x"}));
  EXPECT_TRUE(service("SupplementaryGroups=adm\nSupplementaryGroups=").supplementary_groups.empty());
}

TEST(UnitFiles, HostileTextIsReadToItsEnd) {
  for (const std::string& text :
       std::vector<std::string>{std::string(100000, '\\'), "=\n==\n[[]\n]\n", "User", "ExecStart=\\", "ExecStart=\"\\x",
                                "Environment=%", "User=%", "BindPaths=:", "BindPaths=-", "UMask="})
    EXPECT_TRUE(unit_from_files(host_with(text), "haproxy.service")) << text.substr(0, 20);
}

TEST(UnitFiles, SystemdLoadsNoUnitWhoseFragmentItCannotReadToTheEnd) {
  for (const std::string& text : {std::string(100000, '['), std::string("[Service\nUser=x"), std::string("[\"x\"]\n"),
                                  std::string("User=\xff"), std::string("[")}) {
    const auto unit = unit_from_files(host_with(text), "haproxy.service");
    ASSERT_FALSE(unit) << text.substr(0, 20);
    EXPECT_EQ(unit.error().code, std::errc::bad_message);
    EXPECT_NE(unit.error().reason.find("line 4"), std::string::npos) << unit.error().reason;
  }
}

}  // namespace
}  // namespace preflight
