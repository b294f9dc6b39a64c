// SPDX-License-Identifier: Apache-2.0
// Stats sockets, statistics pages and log targets as they are read.
#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"

namespace preflight::haproxy {
namespace {

Config read(const std::string& text) { return parse_config({{"/etc/haproxy/haproxy.cfg", text}}, {}); }

const Proxy& only_proxy(const Config& config) {
  EXPECT_EQ(config.proxies.size(), 1U);
  return config.proxies.front();
}

TEST(ReadConfigAccess, StatsSockets) {
  const auto config = read(
      "global\n  stats socket /run/a.sock mode 0660 user haproxy group adm level admin expose-fd listeners\n"
      "  stats socket /run/b.sock uid 5 gid 6\n");
  const auto& sockets = config.global.stats_sockets;
  ASSERT_EQ(sockets.size(), 2U);
  EXPECT_EQ(sockets[0].mode->value, 0660);
  EXPECT_EQ(sockets[0].mode->origin.column, 33U);
  EXPECT_EQ(sockets[0].user->value, "haproxy");
  EXPECT_EQ(sockets[0].group->value, "adm");
  EXPECT_EQ(sockets[0].level->value, "admin");
  EXPECT_EQ(sockets[0].expose_fd->value, "listeners");
  EXPECT_EQ(sockets[1].user->value, "5");
  EXPECT_EQ(sockets[1].group->value, "6");
  EXPECT_FALSE(sockets[1].mode);
  EXPECT_TRUE(config.remarks.empty());
}

TEST(ReadConfigAccess, AModeIsOctalAndNothingElse) {
  for (const std::string mode : {"rw", "668", "6x", "0x1b0"}) {
    const auto config = read("global\n  stats socket /run/a.sock mode " + mode + "\n");
    EXPECT_FALSE(config.global.stats_sockets[0].mode) << mode;
    ASSERT_EQ(config.remarks.size(), 1U) << mode;
    EXPECT_EQ(config.remarks[0].kind, RemarkKind::error);
  }
}

TEST(ReadConfigAccess, Verify) {
  EXPECT_TRUE(only_proxy(read("listen l\n  bind :1 ssl verify required\n")).binds[0].verifies_clients);
  EXPECT_FALSE(only_proxy(read("listen l\n  bind :1 ssl verify optional\n")).binds[0].verifies_clients);
}

TEST(ReadConfigAccess, AStatsPage) {
  const auto config =
      read("listen l\n  mode http\n  stats uri /s\n  stats auth a:b\n  stats admin if TRUE\n  stats auth c:d\n");
  const auto& page = only_proxy(config).stats_page;
  ASSERT_TRUE(page);
  EXPECT_EQ(page->uri, "/s");
  EXPECT_EQ(page->origin.line, 3U);
  EXPECT_EQ(page->auth->line, 4U);
  EXPECT_EQ(page->admin->line, 5U);
  EXPECT_FALSE(only_proxy(read("listen l\n  mode tcp\n  stats enable\n")).stats_page);
  EXPECT_EQ(only_proxy(read("listen l\n  mode http\n  stats enable\n")).stats_page->uri, "/haproxy?stats");
}

TEST(ReadConfigAccess, AStatsPageIsInheritedWholeOrNotAtAll) {
  const std::string defaults = "defaults\n  mode http\n  stats enable\n  stats auth a:b\n";
  const auto config = read(defaults + "listen a\nlisten b\n  stats realm x\nlisten c\n");
  ASSERT_EQ(config.proxies.size(), 3U);
  EXPECT_TRUE(config.proxies[0].stats_page->auth);
  EXPECT_EQ(config.proxies[0].stats_page->origin.line, 3U);
  EXPECT_FALSE(config.proxies[1].stats_page->auth);
  EXPECT_EQ(config.proxies[1].stats_page->origin.line, 7U);
  EXPECT_TRUE(config.proxies[2].stats_page->auth) << "another proxy's line changes nothing here";
}

TEST(ReadConfigAccess, OpenBackends) {
  const auto config = read(
      "defaults\n  default_backend d\n"
      "frontend f\n  acl inside src 10.0.0.0/8\n  use_backend a if { path /a }\n  use_backend b if inside\n"
      "  use_backend c unless inside\n  use_backend e if ! inside\n");
  const auto& backends = config.proxies[0].open_backends;
  std::vector<std::string> names;
  for (const auto& backend : backends) names.push_back(backend.value);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "c", "e", "d"}));
}

TEST(ReadConfigAccess, LogTargets) {
  const auto config = read(
      "global\n  log /dev/log local0\n  log 127.0.0.1 local0\n  log 10.0.0.1:5140 len 4096 local0 notice\n"
      "  log tcp@10.0.0.1:601 local0\n  log ring@r local0\n  log stdout format raw daemon\n  log fd@2 local0\n"
      "ring r\n  size 4096\n");
  const auto& logs = config.global.logs;
  ASSERT_EQ(logs.size(), 7U);
  EXPECT_EQ(logs[0].address.kind, AddressKind::unix_path);
  EXPECT_EQ(logs[0].address.text, "/dev/log");
  EXPECT_EQ(logs[0].text, "/dev/log");
  EXPECT_EQ(logs[0].origin.text(), "/etc/haproxy/haproxy.cfg:2:7");
  EXPECT_EQ(logs[1].address.first_port, 514);
  EXPECT_EQ(logs[1].address.transport, Transport::datagram);
  EXPECT_EQ(logs[2].address.first_port, 5140);
  EXPECT_EQ(logs[3].address.transport, Transport::stream);
  EXPECT_EQ(logs[4].text, "ring@r");
  EXPECT_EQ(logs[5].text, "stdout");
  EXPECT_EQ(logs[6].address.kind, AddressKind::descriptor);
  ASSERT_EQ(config.rings.size(), 1U);
  EXPECT_EQ(config.rings[0].name, "r");
  EXPECT_TRUE(config.remarks.empty());
}

TEST(ReadConfigAccess, LogsAreInheritedAddedAndTakenAway) {
  const auto config =
      read("defaults\n  log global\n  log 10.0.0.1 local0\nlisten a\n  log 10.0.0.2 local0\nlisten b\n  no log\n");
  ASSERT_EQ(config.proxies.size(), 2U);
  EXPECT_TRUE(config.proxies[0].logs_as_global);
  EXPECT_EQ(config.proxies[0].logs.size(), 2U);
  EXPECT_FALSE(config.proxies[1].logs_as_global);
  EXPECT_TRUE(config.proxies[1].logs.empty());
  EXPECT_TRUE(config.remarks.empty());
}

}  // namespace
}  // namespace preflight::haproxy
