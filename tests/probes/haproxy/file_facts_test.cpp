// SPDX-License-Identifier: Apache-2.0
// What is looked at for one instance, through whose eyes, and how much of it.
#include "probes/haproxy/file_facts.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "probes/haproxy/instances.h"
#include "probes/haproxy/read_config.h"
#include "tests/support/scripted_host.h"

namespace preflight::haproxy {
namespace {

InstanceFacts stopped(const std::string& config) {
  InstanceFacts instance;
  instance.name = "haproxy.service";
  instance.unit = UnitProperties{};
  instance.config = parse_config({{"/etc/haproxy/haproxy.cfg", config}}, {});
  return instance;
}

InstanceFacts running(const std::string& config, Role role = Role::master) {
  auto instance = stopped(config);
  instance.processes.emplace_back();
  instance.processes.back().role = role;
  instance.processes.back().process.pid = 10;
  instance.processes.back().process.working_directory = std::string("/");
  instance.processes.back().process.mount_namespace = std::string("mnt:[2]");
  return instance;
}

std::string listen(const std::string& lines) { return "listen l\n  mode http\n" + lines; }

FileStatus socket_status() { return FileStatus{.kind = FileKind::socket, .mode = 0666}; }

TEST(FileFacts, WhatTheConfigurationNames) {
  test::MapHost host;
  host.files["/etc/400.http"] = "";
  host.files["/run/haproxy/other"] = "";
  const auto files =
      read_files(host, stopped("global\n  stats socket /run/haproxy/admin.sock\n" +
                               listen("  errorfile 400 /etc/400.http\n  errorfile 500 /etc/500.http\n")));
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->at("/etc/400.http")->found);
  EXPECT_EQ(files->at("/etc/500.http")->found.error().code, std::errc::no_such_file_or_directory);
  EXPECT_FALSE(files->at("/run/haproxy/admin.sock")->found);
  EXPECT_EQ(files->at("/run/haproxy")->found->status.kind, FileKind::directory) << "who may make a socket there";
  EXPECT_EQ(files->at("/etc/other"), nullptr);
  EXPECT_EQ(files->starter->uid, 0U);
  EXPECT_FALSE(files->worker) << "not asked for";
}

TEST(FileFacts, BesideACertificate) {
  test::MapHost host;
  host.files["/a.pem"] = host.files["/a.pem.key"] = host.files["/b.pem.rsa"] = "";
  const auto files = read_files(host, stopped(listen("  bind :443 ssl crt /a.pem crt /b.pem\n")));
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->at("/a.pem.key")->found);
  EXPECT_TRUE(files->at("/b.pem.rsa")->found);
  EXPECT_FALSE(files->at("/b.pem.dsa")->found);
  EXPECT_EQ(files->at("/a.pem.rsa"), nullptr);
}

TEST(FileFacts, AFileUnderTwoKeywordsIsLookedAtAsBoth) {
  test::MapHost host;
  host.files["/a.pem"] = "";
  const auto files = read_files(host, stopped(listen("  bind :443 ssl ca-file /a.pem crt /a.pem\n")));
  ASSERT_TRUE(files);
  EXPECT_NE(files->at("/a.pem.key"), nullptr);
}

TEST(FileFacts, ADirectoryOfCertificates) {
  test::MapHost host;
  for (const char* name : {"a.pem", "a.pem.key", "lonely.key", "a.pem.ocsp", "a.pem.issuer", ".hidden", "plain"}) {
    host.files["/certs/" + std::string(name)] = "";
  }
  host.links["/certs/z.pem"] = "/nowhere";
  const auto files = read_files(host, stopped(listen("  bind :443 ssl crt /certs\n")));
  ASSERT_TRUE(files);
  std::vector<std::string> names;
  for (const auto& [name, entry] : files->at("/certs")->entries) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"a.pem", "a.pem.key", "plain", "z.pem"}));
  EXPECT_FALSE(files->at("/certs")->entries.back().second);
}

TEST(FileFacts, ManyFilesAreBounded) {
  test::MapHost host;
  constexpr std::size_t kMany = kFileLookLimit + 50;
  for (std::size_t i = 0; i < kMany; ++i) host.files["/certs/" + std::to_string(i) + ".pem"] = "";
  host.files["/etc/400.http"] = "";
  const auto files = read_files(host, stopped(listen("  bind :443 ssl crt /certs\n  errorfile 400 /etc/400.http\n")));
  ASSERT_TRUE(files);
  const auto& certificates = *files->at("/certs");
  EXPECT_EQ(certificates.entries.size(), kFileLookLimit - 1) << "the directory was one look";
  EXPECT_EQ(certificates.entries_left_out, 51U);
  EXPECT_EQ(files->left_out, 1U);
  EXPECT_EQ(files->at("/etc/400.http"), nullptr);
}

TEST(FileFacts, TheLinesOfACrtList) {
  test::MapHost host;
  host.files["/list"] =
      "# a comment\n\n  first.pem [alpn h2] example.net\n/abs.pem\nlast.pem[ssl-min-ver TLSv1.2]\n@store/x\n";
  host.files["/certs/first.pem"] = "";
  const auto files =
      read_files(host, stopped("global\n  crt-base /certs\n" + listen("  bind :443 ssl crt-list /list\n")));
  ASSERT_TRUE(files);
  ASSERT_EQ(files->listed.size(), 3U);
  EXPECT_EQ(files->listed[0].path, "/certs/first.pem");
  EXPECT_EQ(files->listed[0].origin.text(), "/list:3:3");
  EXPECT_EQ(files->listed[1].path, "/abs.pem");
  EXPECT_EQ(files->listed[2].path, "/certs/last.pem");
  EXPECT_TRUE(files->at("/certs/first.pem")->found);
  EXPECT_FALSE(files->at("/abs.pem")->found);
}

TEST(FileFacts, LogSocketsAreSeenFromInsideTheChroot) {
  test::MapHost host;
  host.statuses["/dev/log"] = socket_status();
  host.files["/dev/null"] = host.files["/jail/x"] = "";
  const std::string config = "global\n  log /dev/log local0\n" + listen("  bind :80\n");
  EXPECT_TRUE(read_files(host, stopped(config))->log_sockets.at("/dev/log"));
  const std::string jailed = "global\n  chroot /jail\n  log /dev/log local0\n" + listen("  bind :80\n");
  EXPECT_FALSE(read_files(host, stopped(jailed))->log_sockets.at("/dev/log"));
  host.statuses["/jail/dev"] = FileStatus{.kind = FileKind::directory, .mode = 0755};
  host.statuses["/jail/dev/log"] = socket_status();
  EXPECT_TRUE(read_files(host, stopped(jailed))->log_sockets.at("/dev/log"));
}

TEST(FileFacts, AStoppedServiceWillFindWhatItsUnitMounts) {
  test::MapHost host;
  host.statuses["/run/systemd/journal/dev-log"] = socket_status();
  host.files["/run/systemd/journal/x"] = host.files["/dev/null"] = host.files["/var/lib/haproxy/x"] = "";
  host.links["/dev/log"] = "/run/systemd/journal/dev-log";
  auto instance = stopped("global\n  chroot /var/lib/haproxy\n  log /dev/log local0\n" + listen("  bind :80\n"));
  EXPECT_FALSE(read_files(host, instance)->log_sockets.at("/dev/log"));
  instance.unit->bind_paths = {{"/dev/log", "/var/lib/haproxy/dev/log", false}};
  EXPECT_TRUE(read_files(host, instance)->log_sockets.at("/dev/log"));
}

TEST(FileFacts, ARunningServiceIsSeenInItsOwnMountNamespace) {
  test::MapHost host;
  host.links["/proc/self/ns/mnt"] = "mnt:[1]";
  host.links["/proc/10/root"] = "/";
  host.files["/etc/400.http"] = "";
  const auto config = listen("  errorfile 400 /etc/400.http\n");
  // the links of this host of maps lead /proc/10/root to "/", as they do for a service without mounts of its own
  EXPECT_TRUE(read_files(host, running(config))->at("/etc/400.http")->found);
  host.links["/proc/10/root"] = "/jail";
  EXPECT_FALSE(read_files(host, running(config, Role::standalone))) << "only its chroot is to be seen";
  host.links.erase("/proc/10/root");
  host.refused["/proc/10/root"] = EACCES;
  EXPECT_EQ(read_files(host, running(config)).error().code, std::errc::permission_denied);
}

TEST(FileFacts, WhoStartsIt) {
  test::MapHost host;
  host.files["/etc/passwd"] = "lb:x:1000:1000::/:\nhaproxy:x:106:113::/:\n";
  host.files["/etc/group"] = "ssl-cert:x:120:lb\n";
  host.files["/jail/x"] = "";
  host.statuses["/jail"] = FileStatus{.kind = FileKind::directory, .mode = 0755, .uid = 106, .gid = 113};
  auto instance = stopped("global\n  user haproxy\n  chroot /jail\n" + listen("  bind :80\n"));
  instance.unit->user = "lb";
  const auto files = read_files(host, instance);
  ASSERT_TRUE(files);
  EXPECT_EQ(files->starter->uid, 1000U);
  EXPECT_EQ(files->starter->groups, std::vector<std::uint32_t>{120});
  EXPECT_EQ(files->worker->uid, 106U);
  instance.unit->user = "stranger";
  EXPECT_FALSE(read_files(host, instance)->starter);
  instance.unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_FALSE(read_files(host, instance)->starter) << "nobody says who will start it";
}

TEST(FileFacts, AccountsAreLookedUpWhereTheStarterIsNotRoot) {
  test::MapHost host;
  host.files["/etc/passwd"] = "lb:x:1000:1000::/:\nhaproxy:x:106:113::/:\n";
  host.files["/etc/group"] = "ssl-cert:x:120:lb\n";
  auto instance = stopped("global\n  user haproxy\n  group none\n" + listen("  bind /run/s user 7 group ssl-cert\n"));
  EXPECT_TRUE(read_files(host, instance)->users.empty()) << "root may become anybody";
  instance.unit->user = "lb";
  const auto files = read_files(host, instance);
  ASSERT_TRUE(files);
  EXPECT_EQ(files->users.at("haproxy").value(), 106U);
  EXPECT_EQ(files->users.at("7").value(), 7U);
  EXPECT_EQ(files->groups.at("ssl-cert").value(), 120U);
  EXPECT_FALSE(files->groups.at("none"));
}

TEST(FileFacts, TheDirectoryOfEachUnixSocket) {
  test::MapHost host;
  host.files["/run/there/x"] = "";
  host.files["/run/there/socket"] = "";
  const auto files = read_files(
      host, stopped("global\n  stats socket /run/there/socket\n" + listen("  bind /run/none/l\n  bind abns@a\n") +
                    "listen off\n  mode http\n  disabled\n  bind /off/l\n"));
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->at("/run/there")->found) << "a socket is made beside its place, even where one is";
  EXPECT_FALSE(files->at("/run/none")->found);
  EXPECT_EQ(files->at("/off"), nullptr);
}

TEST(FileFacts, WhatWillBeMadeAtBootWhereASocketHasNoDirectory) {
  test::MapHost host;
  host.files["/usr/lib/tmpfiles.d/haproxy.conf"] = "# /run\nd /run/lb/ 2775 lb lb -\nf /run/file 0644 - - -\n";
  host.files["/usr/lib/tmpfiles.d/masked.conf"] = "d /run/masked\n";
  host.files["/etc/tmpfiles.d/masked.conf"] = "D! /run/%m/x\nv /run/volume\n";
  host.files["/etc/tmpfiles.d/README"] = "d /run/readme\n";
  const auto instance = stopped(listen("  bind /run/lb/s\n"));
  EXPECT_EQ(read_files(host, instance)->boot_directories.value().value(),
            (std::set<std::string>{"/run/lb", "/run/volume"}));
  host.refused["/etc/tmpfiles.d/masked.conf"] = EACCES;
  EXPECT_FALSE(read_files(host, instance)->boot_directories.value());
  host.files["/run/systemd/system/x"] = "";
  EXPECT_FALSE(read_files(host, instance)->boot_directories) << "it has booted";
  host.files.erase("/run/systemd/system/x");
  host.files["/run/lb/s"] = "";
  EXPECT_FALSE(read_files(host, instance)->boot_directories) << "nothing is missing";
}

TEST(FileFacts, LinkProtectionWhereASocketIsAnothers) {
  test::MapHost host;
  host.files["/etc/passwd"] = "lb:x:1000:1000::/:\n";
  host.files["/etc/group"] = "";
  host.files["/proc/sys/fs/protected_hardlinks"] = "1\n";
  host.files["/run/s"] = "";
  host.statuses["/run/s"] = FileStatus{.kind = FileKind::socket, .mode = 0660, .uid = 1000};
  auto instance = stopped(listen("  bind /run/s\n"));
  EXPECT_FALSE(read_files(host, instance)->links_are_protected) << "root is above that";
  instance.unit->capability_bounding_set = ~(1ULL << kCapFowner);
  EXPECT_EQ(read_files(host, instance)->links_are_protected.value().value(), true);
  instance.unit->user = "lb";
  EXPECT_FALSE(read_files(host, instance)->links_are_protected) << "its own";
  host.statuses["/run/s"].uid = 0;
  host.files["/proc/sys/fs/protected_hardlinks"] = "0\n";
  EXPECT_EQ(read_files(host, instance)->links_are_protected.value().value(), false);
}

TEST(FileFacts, StartedByHand) {
  test::MapHost host;
  auto instance = running(listen("  bind :80\n"), Role::standalone);
  instance.processes.back().process.mount_namespace = std::string("mnt:[1]");
  host.links["/proc/self/ns/mnt"] = "mnt:[1]";
  instance.unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  instance.processes.back().process.uid = 1000;
  EXPECT_EQ(read_files(host, instance)->starter->uid, 1000U);
  instance.config = parse_config({{"h.cfg", "global\n  user haproxy\nlisten l\n  bind :80\n"}}, {});
  EXPECT_EQ(read_files(host, instance)->starter->uid, 0U) << "it dropped root";
  instance.processes.back().process.capabilities = Capabilities{0, 0, ~(1ULL << kCapSetuid)};
  EXPECT_EQ(read_files(host, instance)->starter->uid, 1000U) << "it never could";
  instance.processes.back().process.capabilities = Capabilities{0, 0, kUnlimited};
  instance.config = parse_config({{"h.cfg", "global\n  user root\nlisten l\n  bind :80\n"}}, {});
  EXPECT_EQ(read_files(host, instance)->starter->uid, 1000U) << "root would have stayed root";
}

TEST(FileFacts, RelativePaths) {
  InstanceFacts instance = running(listen("  bind :80\n"));
  EXPECT_EQ(absolute_file("/a", instance), "/a");
  EXPECT_EQ(absolute_file("a", instance), "/a");
  instance.command_line.directory = "conf";
  EXPECT_EQ(absolute_file("a", instance), "/conf/a");
  instance.processes.back().process.working_directory = std::string("/srv");
  EXPECT_EQ(absolute_file("a", instance), "/srv/conf/a");
  instance.command_line.directory = "/etc/haproxy";
  EXPECT_EQ(absolute_file("a", instance), "/etc/haproxy/a");
  EXPECT_EQ(directory_above("/run/a.sock"), "/run");
  EXPECT_EQ(directory_above("/a.sock"), "/");
}

}  // namespace
}  // namespace preflight::haproxy
