// SPDX-License-Identifier: Apache-2.0
// Every place where a configuration names a file, and where its relative name starts.
#include <algorithm>

#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"

namespace preflight::haproxy {
namespace {

Config read(const std::string& text, const std::string& file = "/etc/haproxy/haproxy.cfg") {
  return parse_config({{file, text}}, {});
}

/// "crt /etc/site.pem", one a path.
std::vector<std::string> named(const Config& config) {
  std::vector<std::string> names;
  for (const auto& path : config.paths) names.push_back(path.by + " " + path.path);
  return names;
}

using Names = std::vector<std::string>;

/// In a `listen` section.
Names in_listen(const std::string& lines) { return named(read("listen l\n  mode http\n" + lines)); }

TEST(ReadConfigPaths, BindAndServerLines) {
  EXPECT_EQ(in_listen("  bind *:443 ssl crt /a.pem crt /b.pem ca-file /ca.pem crl-file /crl.pem crt-list /list\n"),
            (Names{"crt /a.pem", "crt /b.pem", "ca-file /ca.pem", "crl-file /crl.pem", "crt-list /list"}));
  EXPECT_EQ(in_listen("  server s 127.0.0.1:1 ssl crt /c.pem ca-file /ca.pem cookie crt check\n"),
            (Names{"crt /c.pem", "ca-file /ca.pem"}))
      << "a cookie named crt is no certificate";
  EXPECT_EQ(in_listen("  default-server ssl ca-file /ca.pem\n"), Names{"ca-file /ca.pem"});
  EXPECT_EQ(in_listen("  bind *:443 ssl crt @store/a ca-file @system-ca tls-ticket-keys /t\n"),
            Names{"tls-ticket-keys /t"});
}

TEST(ReadConfigPaths, KindAndOrigin) {
  const auto config = read("listen l\n  bind *:443 ssl crt /a.pem\n");
  ASSERT_EQ(config.paths.size(), 1U);
  EXPECT_EQ(config.paths[0].kind, PathKind::certificate);
  EXPECT_EQ(config.paths[0].origin.text(), "/etc/haproxy/haproxy.cfg:2:22");
}

TEST(ReadConfigPaths, Pages) {
  EXPECT_EQ(in_listen("  errorfile 400 /400.http\n"), Names{"errorfile /400.http"});
  EXPECT_EQ(named(read("http-errors site\n  errorfile 404 /404.http\n")), Names{"errorfile /404.http"});
  EXPECT_EQ(named(read("defaults\n  errorfile 404 /404.http\n")), Names{"errorfile /404.http"});
  EXPECT_EQ(in_listen("  http-request return status 200 content-type text/plain file /p.txt if TRUE\n"),
            Names{"file /p.txt"});
  EXPECT_EQ(in_listen("  http-request deny deny_status 403 errorfile /403.http\n"), Names{"errorfile /403.http"});
  EXPECT_EQ(in_listen("  http-error status 400 lf-file /400.lf\n"), Names{"lf-file /400.lf"});
  EXPECT_EQ(in_listen("  http-request set-header file /no\n  http-request deny if { path file /no }\n"), Names{});
}

TEST(ReadConfigPaths, MapsAndLists) {
  EXPECT_EQ(in_listen("  use_backend %[req.hdr(host),lower,map_dom(/hosts.map,web)]\n"), Names{"map_dom /hosts.map"});
  EXPECT_EQ(in_listen("  http-request set-header X %[src,map(/a.map)]%[src,map_ip_int(/b.map,1)]\n"),
            (Names{"map /a.map", "map_ip_int /b.map"}));
  EXPECT_EQ(in_listen("  http-request set-map(/runtime.map) %[src] 1\n"), Names{}) << "haproxy loads nothing for it";
  EXPECT_EQ(in_listen("  http-request set-var(txn.bitmap) str(x)\n  acl bitmap path /map\n"), Names{});
  EXPECT_EQ(in_listen("  acl bad src -f /bad.lst -f /worse.lst\n"), (Names{"-f /bad.lst", "-f /worse.lst"}));
  EXPECT_EQ(in_listen("  http-request deny if { src -f /bad.lst }\n"), Names{"-f /bad.lst"});
  EXPECT_EQ(in_listen("  acl a src -f virt@x\n  acl b src -f opt@/y\n  acl c src -f file@/z\n"), Names{"-f /z"});
  EXPECT_EQ(named(read("program p\n  command /bin/sh -f /x\n")), Names{});
}

TEST(ReadConfigPaths, OfTheWholeProcess) {
  EXPECT_EQ(
      named(read("global\n  lua-load /a.lua\n  lua-load-per-thread /b.lua arg\n  ssl-dh-param-file /dh\n"
                 "  server-state-file /state\n")),
      (Names{"lua-load /a.lua", "lua-load-per-thread /b.lua", "ssl-dh-param-file /dh", "server-state-file /state"}));
}

TEST(ReadConfigPaths, BasesCountFromWhereTheyAreSet) {
  const std::string bases = "global\n  crt-base /certs\n  ca-base /cas\n  crt-base /late\n";
  EXPECT_EQ(named(read(bases + "listen l\n  bind *:443 ssl crt a.pem ca-file b.pem crt /c.pem crt-list list\n")),
            (Names{"crt /certs/a.pem", "ca-file /cas/b.pem", "crt /c.pem", "crt-list list"}))
      << "a crt-list is looked for without crt-base";
  EXPECT_EQ(read(bases).certificate_base, "/certs");
  EXPECT_EQ(named(read("listen l\n  bind *:443 ssl crt a.pem\nglobal\n  crt-base /certs\n")), Names{"crt a.pem"});
  EXPECT_EQ(named(read("global\n  server-state-file state\n  server-state-base /var/lib\n")),
            Names{"server-state-file /var/lib/state"});
}

TEST(ReadConfigPaths, DefaultPath) {
  const auto with = [](const std::string& mode, const std::string& file) {
    return named(read("global\n  default-path " + mode + "\nlisten l\n  errorfile 400 p/400\n", file)).front();
  };
  EXPECT_EQ(with("current", "/etc/haproxy/a.cfg"), "errorfile p/400");
  EXPECT_EQ(with("config", "/etc/haproxy/a.cfg"), "errorfile /etc/haproxy/p/400");
  EXPECT_EQ(with("config", "a.cfg"), "errorfile p/400");
  EXPECT_EQ(with("parent", "/etc/haproxy/a.cfg"), "errorfile /etc/haproxy/../p/400");
  EXPECT_EQ(with("parent", "a.cfg"), "errorfile ../p/400");
  EXPECT_EQ(with("origin /srv", "/etc/haproxy/a.cfg"), "errorfile /srv/p/400");
}

TEST(ReadConfigPaths, DefaultPathFollowsTheFiles) {
  const auto config = parse_config({{"/a/1.cfg", "global\n  default-path config\n"},
                                    {"/b/2.cfg", "listen l\n  errorfile 400 x\n  bind :443 ssl crt y\n"}},
                                   {});
  EXPECT_EQ(named(config), (Names{"errorfile /b/x", "crt /b/y"}));
  EXPECT_EQ(config.certificate_base, "/b");
}

TEST(ReadConfigPaths, HostileExpressions) {
  EXPECT_EQ(in_listen("  http-request set-header X %[src,map(\n"), Names{});
  EXPECT_EQ(in_listen("  http-request set-header X '%[src,map(\"/a b.map\",x)]'\n"), Names{"map /a b.map"});
  EXPECT_EQ(in_listen("  http-request set-header X '%[src,map(\"/open'\n"), Names{"map /open"});
  EXPECT_EQ(in_listen("  acl a src -f\n  errorfile\n  errorfile 400\n"), Names{});
}

}  // namespace
}  // namespace preflight::haproxy
