// SPDX-License-Identifier: Apache-2.0
// The sections beside the proxies, log targets, where values came from, and what is said of keywords nobody knows.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/haproxy/keywords.h"
#include "probes/haproxy/read_config.h"

namespace preflight::haproxy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ReadContext context(Version version = {2, 6, 12}) {
  ReadContext result{.environment = {{"IP", "10.0.0.1"}}, .host_name = "lb1"};
  result.binary = BinaryFacts{};
  result.binary->version = version;
  return result;
}

Config parse(const std::string& text, Version version = {2, 6, 12}) {
  return parse_config({{"h.cfg", text}}, context(version));
}

std::vector<std::string> remarks(const Config& config) {
  std::vector<std::string> out;
  for (const Remark& remark : config.remarks) {
    out.push_back(std::to_string(remark.origin.line) + ":" + std::to_string(remark.origin.column) + " " + remark.text);
  }
  return out;
}

/// "udp 10.0.0.1:514", "ring r", "fd 1".
std::string picture(const LogTarget& target) {
  if (target.sink == LogSink::ring) return "ring " + target.name;
  if (target.sink == LogSink::backend) return "backend " + target.name;
  const Address& address = target.address;
  if (address.kind == AddressKind::descriptor) return "fd " + address.text;
  const std::string transport = address.transport == Transport::datagram ? "udp " : "tcp ";
  if (address.kind == AddressKind::ip) return transport + endpoint(*address.ip, address.first_port);
  if (address.kind == AddressKind::hostname) return transport + address.text + ":" + std::to_string(address.first_port);
  return transport + address.text;
}

std::vector<std::string> pictures(const std::vector<LogTarget>& targets) {
  std::vector<std::string> out;
  for (const LogTarget& target : targets) out.push_back(picture(target));
  return out;
}

TEST(LogLines, TargetsAreReadAsHaproxyDoes) {
  const Config config = parse(
      "global\n"
      " log 10.0.0.2 local0\n"
      " log ${IP}:515 len 4096 format rfc5424 sample 1:2 local1 notice err\n"
      " log /dev/log local0 info\n"
      " log uxst@/run/log local0\n"
      " log stdout format raw daemon\n"
      " log stderr local0\n"
      " log fd@2 local0\n"
      " log ring@r local0\n"
      " log tcp@[::1]:6514 local0\n"
      " log logs.example local0\n"
      "ring r\n");
  EXPECT_THAT(pictures(config.global.logs),
              ElementsAre("udp 10.0.0.2:514", "udp 10.0.0.1:515", "udp /dev/log", "tcp /run/log", "fd 1", "fd 2",
                          "fd 2", "ring r", "tcp [::1]:6514", "udp logs.example:514"));
  EXPECT_EQ(config.global.logs[1].text, "${IP}:515");
  EXPECT_EQ(config.global.logs[1].origin.text(), "h.cfg:3:6");
  EXPECT_THAT(remarks(config), IsEmpty());
}

TEST(LogLines, ProxiesInheritThemAndMayDropThem) {
  const Config config = parse(
      "global\n log 10.0.0.2 local0\n"
      "defaults\n log global\n log 10.0.0.3 local0\n"
      "frontend a\n log 10.0.0.4 local0\n"
      "backend b\n no log\n"
      "backend c\n no log\n log ring@r local0\n"
      "peers p\n peer lb1 10.0.0.1:1024\n log global\n"
      "log-forward f\n dgram-bind :514\n log 10.0.0.5 local0\n");
  ASSERT_EQ(config.proxies.size(), 4U);
  EXPECT_TRUE(config.proxies[0].logs_as_global);
  EXPECT_THAT(pictures(config.proxies[0].logs), ElementsAre("udp 10.0.0.3:514", "udp 10.0.0.4:514"));
  EXPECT_FALSE(config.proxies[1].logs_as_global);
  EXPECT_THAT(config.proxies[1].logs, IsEmpty());
  EXPECT_THAT(pictures(config.proxies[2].logs), ElementsAre("ring r"));
  EXPECT_TRUE(config.peers.at(0).logs_as_global);
  EXPECT_THAT(pictures(config.proxies[3].logs), ElementsAre("udp 10.0.0.5:514"));
  EXPECT_THAT(remarks(config), IsEmpty());
}

TEST(LogLines, BackendsAndProfilesBelongToReleases) {
  const std::string backend = "global\n log backend@b local0\n";
  EXPECT_THAT(remarks(parse(backend)), ElementsAre(HasSubstr("2:6 'backend@b'")));
  EXPECT_THAT(pictures(parse(backend, {2, 9, 0}).global.logs), ElementsAre("backend b"));
  const std::string profile = "global\n log 10.0.0.1 profile p local0\n";
  EXPECT_THAT(remarks(parse(profile)), ElementsAre(HasSubstr("2:15 not a facility")));
  EXPECT_THAT(remarks(parse(profile, {3, 1, 0})), IsEmpty());
}

TEST(LogLines, WhatHaproxyRefusesIsRemarked) {
  for (const auto& [line, remark] : {std::pair{"log 10.0.0.1", "expects a target"},
                                     {"log 10.0.0.1 nowhere", "not a facility of syslog: 'nowhere'"},
                                     {"log 10.0.0.1 local0 loud", "not a level of syslog: 'loud'"},
                                     {"log 10.0.0.1 local0 info err debug", "not a level of syslog: 'debug'"},
                                     {"log 10.0.0.1 format xml local0", "not a format of log lines: 'xml'"},
                                     {"log 10.0.0.1:1-2 local0", "a port range is not accepted"},
                                     {"log 10.0.0.1:x local0", "the port is not valid"},
                                     {"no log 10.0.0.1", "unexpected argument '10.0.0.1'"},
                                     {"log global", "for other sections"}}) {
    EXPECT_THAT(remarks(parse(std::string("global\n ") + line + "\n")), ElementsAre(HasSubstr(remark))) << line;
  }
}

TEST(SideSections, AreReadAsFarAsTheyReachOut) {
  const Config config = parse(
      "resolvers dns\n nameserver ns1 10.0.0.53:53\n nameserver ns2 tcp@10.0.0.54:53\n parse-resolv-conf\n"
      " hold valid 10s\n accepted_payload_size 4096\n"
      "mailers smtp\n mailer m1 10.0.0.25:25\n timeout mail 5s\n"
      "mailers unused\n mailer m2 10.0.0.26:25\n"
      "backend b\n email-alert mailers smtp\n email-alert from a@b\n email-alert to a@b\n"
      "program agent\n command /usr/bin/agent -x 'a b'\n user nobody\n group nogroup\n option start-on-reload\n"
      "ring logs\n size 32768\n backing-file logs.ring\n server s1 10.0.0.7:6514 log-proto octet-count\n");
  ASSERT_EQ(config.resolvers.size(), 1U);
  ASSERT_EQ(config.resolvers[0].nameservers.size(), 2U);
  EXPECT_EQ(config.resolvers[0].nameservers[0].address.transport, Transport::datagram);
  EXPECT_EQ(config.resolvers[0].nameservers[0].origin.text(), "h.cfg:2:17");
  EXPECT_EQ(config.resolvers[0].nameservers[1].address.transport, Transport::stream);
  EXPECT_EQ(config.resolvers[0].resolv_conf->line, 4U);
  ASSERT_EQ(config.mailers.size(), 2U);
  EXPECT_TRUE(config.mailers[0].used);
  EXPECT_FALSE(config.mailers[1].used);
  EXPECT_EQ(config.mailers[0].mailers.at(0).address.first_port, 25);
  ASSERT_EQ(config.programs.size(), 1U);
  EXPECT_EQ(config.programs[0].command->value, "/usr/bin/agent -x a b");
  EXPECT_EQ(config.programs[0].user->value, "nobody");
  ASSERT_EQ(config.rings.size(), 1U);
  EXPECT_EQ(config.rings[0].backing_file->value, "logs.ring");
  EXPECT_EQ(config.rings[0].servers.at(0).address.first_port, 6514);
  EXPECT_THAT(remarks(config), IsEmpty());
}

TEST(SideSections, CertificateStoresMayHaveNoName) {
  const Config config = parse(
      "crt-store\n crt-base /etc/ssl\n load crt a.pem\n"
      "crt-store web\n crt-base /srv/web\n key-base /srv/keys\n",
      {3, 0, 0});
  ASSERT_EQ(config.certificate_stores.size(), 2U);
  EXPECT_EQ(config.certificate_stores[0].name, "");
  EXPECT_EQ(config.certificate_stores[0].certificates->value, "/etc/ssl");
  EXPECT_EQ(config.certificate_stores[1].keys->value, "/srv/keys");
  EXPECT_THAT(remarks(config), IsEmpty());
}

TEST(SideSections, WhatHaproxyRefusesIsRemarked) {
  for (const auto& [text, remark] :
       {std::pair{"resolvers\n", "1:1 a name is expected for the resolvers section"},
        {"resolvers a b\n", "unexpected argument 'b'"},
        {"resolvers r\n nameserver n\n", "2:2 a name and an address are expected"},
        {"resolvers r\n nameserver n 10.0.0.1\n", "2:15 '10.0.0.1': a port is needed"},
        {"resolvers r\n nameserver n$ 10.0.0.1:53\n", "2:13 not a name"},
        {"mailers m\n mailer a udp@10.0.0.1:25\n", "a datagram address is not accepted here"},
        {"mailers m\n mailer a /run/mail.sock\n", "only an IP address or a name is accepted here"},
        {"resolvers r\n nameserver n /run/dns.sock\n", "only an IP address or a name is accepted here"},
        {"program p\n command\n", "2:2 'command' expects a program"},
        {"ring r\n server s\n", "2:2 a name and an address are expected"},
        {"ring\n", "1:1 a name is expected for the ring section"},
        {"log-forward f\n dgram-bind tcp@:514\n", "a stream address is not accepted here"}}) {
    EXPECT_THAT(remarks(parse(text)), ElementsAre(HasSubstr(remark))) << text;
  }
}

TEST(SideSections, ADatagramListenerMaySayThatItIsOne) {
  const Config config = parse("log-forward f\n dgram-bind udp@127.0.0.1:514,127.0.0.2:515\n");
  ASSERT_EQ(config.proxies.at(0).binds.size(), 2U);
  EXPECT_EQ(config.proxies[0].binds[0].address.transport, Transport::datagram);
  EXPECT_EQ(config.proxies[0].binds[1].address.transport, Transport::datagram);
  EXPECT_THAT(remarks(config), IsEmpty());
}

TEST(Defaults, AValueTellsThroughWhichSectionItCame) {
  const Config config = parse(
      "defaults base\n"
      " maxconn 100\n"
      "defaults more from base\n"
      " backlog 5\n"
      "frontend f from more\n"
      " fullconn 1\n"
      " bind :80\n"
      "frontend g\n"
      " maxconn 7\n"
      "backend alone from base\n");
  ASSERT_EQ(config.defaults.size(), 2U);
  const Proxy& f = config.proxies.at(0);
  ASSERT_NE(config.through(f, f.maxconn->origin), nullptr);
  EXPECT_EQ(config.through(f, f.maxconn->origin)->name, "base");
  EXPECT_EQ(config.through(f, f.backlog->origin)->name, "more");
  EXPECT_EQ(config.through(f, f.binds.at(0).origin), nullptr);
  const Proxy& g = config.proxies.at(1);
  EXPECT_EQ(config.through(g, g.maxconn->origin), nullptr) << "written in the proxy itself";
  EXPECT_EQ(config.through(g, g.backlog->origin)->name, "more") << "the last defaults above it";
  const Proxy& alone = config.proxies.at(2);
  EXPECT_EQ(config.through(alone, f.backlog->origin), nullptr) << "not among what it inherits from";
}

TEST(Defaults, ASectionReachesIntoTheNextFileWithItsValuesOnly) {
  const Config config = parse_config(
      {{"a.cfg", "defaults\n maxconn 9\n"}, {"b.cfg", "frontend f\n maxconn 10\nfrontend g\n"}}, context());
  const Proxy& f = config.proxies.at(0);
  EXPECT_EQ(config.through(f, f.maxconn->origin), nullptr) << "line 2 of another file";
  const Proxy& g = config.proxies.at(1);
  EXPECT_EQ(config.through(g, g.maxconn->origin)->origin.text(), "a.cfg:1:1");
}

/// Where "logs.ring", written in the second of two files, is looked for.
std::string ring_under(const std::string& global) {
  const Config config = parse_config(
      {{"/etc/haproxy/a.cfg", "global\n" + global}, {"/srv/conf.d/b.cfg", "ring r\n backing-file logs.ring\n"}},
      context());
  EXPECT_THAT(remarks(config), IsEmpty()) << global;
  return config.rings.at(0).backing_file->value;
}

TEST(DefaultPath, DecidesWhereRelativeNamesStart) {
  EXPECT_EQ(ring_under(""), "logs.ring");
  EXPECT_EQ(ring_under(" default-path current\n"), "logs.ring");
  EXPECT_EQ(ring_under(" default-path config\n"), "/srv/conf.d/logs.ring");
  EXPECT_EQ(ring_under(" default-path parent\n"), "/srv/conf.d/../logs.ring");
  EXPECT_EQ(ring_under(" default-path origin /var/lib/haproxy\n"), "/var/lib/haproxy/logs.ring");
  EXPECT_EQ(ring_under(" default-path config\n default-path current\n"), "logs.ring");
  EXPECT_THAT(remarks(parse("global\n default-path\n")), ElementsAre(HasSubstr("'current', 'config'")));
  EXPECT_THAT(remarks(parse("global\n default-path origin\n")), ElementsAre(HasSubstr("expects a directory")));
}

TEST(Addresses, PrefixesBelongToReleases) {
  const std::string bind = "listen l\n bind abnsz@x\n";
  EXPECT_EQ(remarks(parse(bind)).size(), 1U);
  EXPECT_THAT(remarks(parse(bind, {3, 1, 0})), IsEmpty());
  EXPECT_THAT(remarks(parse("listen l\n bind mptcp@:80\n", {3, 1, 0})), IsEmpty());
  EXPECT_EQ(remarks(parse("listen l\n bind mptcp@:80\n")).size(), 1U);
}

TEST(Addresses, ReverseHttpIsExperimental) {
  const std::string bind = "frontend f\n bind rhttp@b/s\n";
  EXPECT_THAT(remarks(parse(bind, {3, 2, 0})), ElementsAre(HasSubstr("expose-experimental-directives")));
  EXPECT_THAT(remarks(parse("global\n expose-experimental-directives\n" + bind, {3, 2, 0})), IsEmpty());
  const std::string server = "backend b\n server s rhtest.example:80\n";
  EXPECT_THAT(remarks(parse(server)), IsEmpty());
  EXPECT_THAT(remarks(parse(server, {3, 2, 0})), ElementsAre(HasSubstr("begins with 'rht'")));
}

TEST(Addresses, LogServersMayBeReachedByUdpSince29) {
  const std::string text = "backend b\n mode log\n server s udp@10.0.0.1:514\n";
  EXPECT_THAT(remarks(parse(text, {2, 9, 0})), IsEmpty());
  EXPECT_THAT(remarks(parse("backend b\n server s udp@10.0.0.1:514\n")), ElementsAre(HasSubstr("a datagram address")));
}

TEST(Keywords, ThoseNobodyKnowsAreNamedInEverySectionThatIsRead) {
  for (const char* const section : {"global", "defaults", "frontend x", "backend x", "listen x", "peers x",
                                    "resolvers x", "mailers x", "program x", "ring x", "log-forward x"}) {
    EXPECT_THAT(remarks(parse(std::string(section) + "\n  made-up 1 2\n")),
                ElementsAre("2:3 unknown keyword 'made-up'"))
        << section;
  }
  EXPECT_THAT(remarks(parse("userlist x\n made-up\ncache x\n made-up\nhttp-errors x\n made-up\n")), IsEmpty())
      << "of these nothing is read";
}

TEST(Keywords, AreKnownInTheirOwnSection) {
  EXPECT_TRUE(is_known_keyword(SectionKind::global, "tune.maxaccept"));
  EXPECT_TRUE(is_known_keyword(SectionKind::global, "51degrees-data-file"));
  EXPECT_TRUE(is_known_keyword(SectionKind::proxy, "http-request"));
  EXPECT_FALSE(is_known_keyword(SectionKind::proxy, "tune.maxaccept"));
  EXPECT_FALSE(is_known_keyword(SectionKind::global, "http-request"));
  EXPECT_FALSE(is_known_keyword(SectionKind::global, ""));
  EXPECT_FALSE(is_known_keyword(SectionKind::proxy, "http-reques"));
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Every configuration of ours that haproxy takes: a remark about one of them would be noise.
TEST(Keywords, NoneIsUnknownInConfigurationsOfRealHosts) {
  const auto tests = std::filesystem::path(PREFLIGHT_SOURCE_DIR) / "tests";
  std::size_t seen = 0;
  for (const auto& folder : {tests / "hosts", tests / "probes/haproxy/corpus"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      if (entry.path().extension() != ".cfg" || name.rfind("bad-", 0) == 0) continue;
      ++seen;
      const Config config = parse_config({{name, content_of(entry.path())}}, context());
      for (const Remark& remark : config.remarks) {
        EXPECT_NE(remark.kind, RemarkKind::not_understood) << entry.path() << ' ' << remark.text;
      }
    }
  }
  EXPECT_GE(seen, 10U);
}

TEST(Hostile, InheritedLogTargetsAreBounded) {
  std::string text = "defaults\n";
  for (int i = 0; i < 2000; ++i) text += " log 10.0.0.1 local0\n";
  for (int i = 0; i < 2000; ++i) text += "backend b" + std::to_string(i) + "\n";
  const Config config = parse(text);
  std::size_t targets = 0;
  for (const Proxy& proxy : config.proxies) targets += proxy.logs.size();
  EXPECT_LE(targets, kObjectLimit);
  EXPECT_THAT(remarks(config), ElementsAre(HasSubstr("more than 1,000,000")));
}

}  // namespace
}  // namespace preflight::haproxy
