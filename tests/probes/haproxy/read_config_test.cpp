// SPDX-License-Identifier: Apache-2.0
// What is read of each section, what is inherited, and what is remarked; expectations follow haproxy 2.6 unless said.
#include "probes/haproxy/read_config.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace preflight::haproxy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ReadContext context(Version version = {2, 6, 12}) {
  ReadContext result{.environment = {{"IP", "10.0.0.1"}, {"MC", "500"}}, .host_name = "lb1"};
  result.binary = BinaryFacts{};
  result.binary->version = version;
  result.binary->version_text =
      std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
  return result;
}

Config parse(const std::string& text, const ReadContext& with = context()) {
  return parse_config({{"h.cfg", text}}, with);
}

/// "error 2:5 text", one for each remark.
std::vector<std::string> remarks(const Config& config) {
  std::vector<std::string> out;
  for (const Remark& remark : config.remarks) {
    const char* kind = "error";
    if (remark.kind == RemarkKind::misread) kind = "misread";
    if (remark.kind == RemarkKind::not_understood) kind = "not_understood";
    if (remark.kind == RemarkKind::unset_variable) kind = "unset";
    out.push_back(std::string(kind) + " " + std::to_string(remark.origin.line) + ":" +
                  std::to_string(remark.origin.column) + " " + remark.text);
  }
  return out;
}

TEST(ReadConfig, GlobalKeepsValuesAndPlaces) {
  ReadContext with_engines = context();
  with_engines.binary->features = {"ENGINE"};
  const Config config = parse(
      "global\n"
      "  maxconn 2000\n"
      "  ulimit-n 10k\n"
      "  fd-hard-limit 5000\n"
      "  nbthread 4\n"
      "  maxpipes 10\n"
      "  user haproxy\n"
      "  group haproxy\n"
      "  chroot /var/lib/haproxy\n"
      "  no strict-limits\n"
      "  noreuseport\n"
      "  master-worker\n"
      "  ssl-engine rdrand\n"
      "  ssl-mode-async\n"
      "  stats socket /run/a.sock mode 660 level admin\n"
      "  stats socket ipv4@127.0.0.1:9999 level user backlog 7\n"
      "  stats maxconn 50\n"
      "  stats timeout 30s\n"
      "  tune.listener.default-shards by-thread\n"
      "  unknown-to-us 1 2 3\n",
      with_engines);
  const Global& global = config.global;
  EXPECT_EQ(global.maxconn->value, 2000);
  EXPECT_EQ(global.maxconn->origin.text(), "h.cfg:2:11");
  EXPECT_EQ(global.ulimit_n->value, 10);
  EXPECT_EQ(global.fd_hard_limit->value, 5000);
  EXPECT_EQ(global.nbthread->value, 4);
  EXPECT_EQ(global.maxpipes->value, 10);
  EXPECT_EQ(global.user->value, "haproxy");
  EXPECT_EQ(global.chroot->value, "/var/lib/haproxy");
  EXPECT_FALSE(global.strict_limits);
  EXPECT_EQ(global.strict_limits_origin.line, 10U);
  EXPECT_FALSE(global.reuse_port);
  EXPECT_EQ(global.master_worker->line, 12U);
  ASSERT_EQ(global.ssl_engines.size(), 1U);
  EXPECT_EQ(global.ssl_engines[0].value, "rdrand");
  EXPECT_EQ(global.ssl_async->line, 14U);
  ASSERT_EQ(global.stats_sockets.size(), 2U);
  EXPECT_EQ(global.stats_sockets[0].address.text, "/run/a.sock");
  EXPECT_EQ(global.stats_sockets[1].address.first_port, 9999);
  EXPECT_EQ(global.stats_sockets[1].backlog->value, 7);
  EXPECT_EQ(global.stats_maxconn->value, 50);
  EXPECT_EQ(global.default_shards->value, "by-thread");
  EXPECT_EQ(config.lines, 20U);
  EXPECT_THAT(remarks(config), ElementsAre("misread 3:12 haproxy reads '10k' as 10",
                                           "not_understood 20:3 unknown keyword 'unknown-to-us'"));
}

TEST(ReadConfig, TheFirstMaxconnWins) {
  const Config config = parse("global\n maxconn 0\n maxconn 10\n maxconn 20\n");
  EXPECT_EQ(config.global.maxconn->value, 10);
  EXPECT_THAT(remarks(config), ElementsAre(HasSubstr("error 4:2 'maxconn' was already set at h.cfg:3:10")));
}

TEST(ReadConfig, MaxconnIsStrictSince27) {
  EXPECT_EQ(parse("global\n maxconn 10k\n").global.maxconn->value, 10);
  const Config config = parse("global\n maxconn 10k\n ulimit-n 10k\n", context({3, 2, 0}));
  EXPECT_FALSE(config.global.maxconn);
  EXPECT_EQ(config.global.ulimit_n->value, 10);
  EXPECT_THAT(remarks(config), ElementsAre(HasSubstr("error 2:10"), HasSubstr("misread 3:11")));
}

TEST(ReadConfig, VariablesExpandInQuotesAndInAddressesOnly) {
  const Config config = parse(
      "global\n"
      " maxconn \"$MC\"\n"
      " setenv PORT 8080\n"
      "frontend f\n"
      " maxconn ${MC}\n"
      " bind ${IP}:80\n"
      " bind \"127.0.0.1:${PORT}\"\n"
      " bind ${NOPE}:81\n"
      " http-request deny if \"$NOPE\"\n");
  EXPECT_EQ(config.global.maxconn->value, 500);
  const Proxy& proxy = config.proxies.at(0);
  EXPECT_EQ(proxy.maxconn->value, 0);
  EXPECT_EQ(to_string(*proxy.binds.at(0).address.ip), "10.0.0.1");
  EXPECT_EQ(proxy.binds.at(1).address.first_port, 8080);
  EXPECT_TRUE(proxy.binds.at(2).address.ip->is_any());
  EXPECT_THAT(remarks(config),
              ElementsAre("misread 5:10 haproxy reads '${MC}' as 0", HasSubstr("unset 8:7 'NOPE' has no value"),
                          HasSubstr("unset 9:24 'NOPE' has no value")));
}

TEST(ReadConfig, ABindLineMayHoldManyAddresses) {
  const Config config = parse(
      "global\n unix-bind prefix /srv/jail mode 600\n"
      "frontend f\n"
      " bind 10.0.0.1:80,[::1]:8000-8009,/run/f.sock, name ignored\n"
      " bind :443 ssl crt backlog alpn ssl interface eth0 namespace blue transparent v4v6 backlog 77 maxconn 33 "
      "shards by-thread thread 1-2\n");
  const auto& binds = config.proxies.at(0).binds;
  ASSERT_EQ(binds.size(), 4U);
  EXPECT_EQ(binds[1].address.port_count(), 10U);
  EXPECT_EQ(binds[1].origin.text(), "h.cfg:4:19");
  EXPECT_EQ(binds[2].address.text, "/srv/jail/run/f.sock");
  const Bind& secure = binds[3];
  EXPECT_TRUE(secure.ssl && secure.transparent && secure.v4v6);
  EXPECT_FALSE(secure.v6only);
  EXPECT_EQ(secure.interface->value, "eth0");
  EXPECT_EQ(secure.network_namespace->value, "blue");
  EXPECT_EQ(secure.backlog->value, 77);
  EXPECT_EQ(secure.maxconn->value, 33);
  EXPECT_EQ(secure.shards->value, "by-thread");
  EXPECT_EQ(secure.thread->value, "1-2");
  EXPECT_THAT(remarks(config), IsEmpty());
}

TEST(ReadConfig, AnOptionsArgumentIsNotAnOption) {
  const Config config = parse(
      "backend b\n"
      " server s1 10.0.0.1:80 cookie check sni ssl track disabled set-proxy-v2-tlv-fmt(0x20) backup\n"
      " server s2 10.0.0.1 check port 8080 addr 10.0.0.9 agent-check agent-port 99 agent-addr 10.0.0.8 maxconn 5 "
      "pool-max-conn -1 source 10.0.0.2:1000-1009 interface ssl usesrc clientip disabled backup ssl\n"
      " server s3 10.0.0.1:80 made-up check\n");
  const auto& servers = config.proxies.at(0).servers;
  ASSERT_EQ(servers.size(), 3U);
  const ServerSettings& plain = servers[0].settings;
  EXPECT_FALSE(plain.check || plain.ssl || plain.disabled || plain.backup);
  const ServerSettings& full = servers[1].settings;
  EXPECT_TRUE(full.check && full.agent_check && full.disabled && full.backup && full.ssl);
  EXPECT_EQ(full.check_port->value, 8080);
  EXPECT_EQ(full.check_address->value, "10.0.0.9");
  EXPECT_EQ(full.agent_port->value, 99);
  EXPECT_EQ(full.agent_address->value, "10.0.0.8");
  EXPECT_EQ(full.maxconn->value, 5);
  EXPECT_EQ(full.pool_max_conn->value, -1);
  EXPECT_EQ(full.source->value.port_count(), 10U);
  EXPECT_EQ(servers[1].address.port_kind, PortKind::none);
  EXPECT_TRUE(servers[2].settings.check);
  EXPECT_EQ(config.proxies[0].parsed_check_ports, 2U);
  EXPECT_THAT(remarks(config), ElementsAre(HasSubstr("not_understood 4:24")));
}

TEST(ReadConfig, DefaultServersApplyToTheServersAfterThem) {
  const Config config = parse(
      "defaults\n default-server check port 81\n"
      "backend b\n"
      " server a 10.0.0.1:80\n"
      " default-server no-check maxconn 9 disabled\n"
      " server b 10.0.0.1:80 enabled\n"
      " server-template t 5 10.0.0.1:80 check\n"
      " server-template u 3-4 10.0.0.1:80\n"
      " server-template w 0 10.0.0.1:80\n");
  const auto& servers = config.proxies.at(0).servers;
  ASSERT_EQ(servers.size(), 4U);
  EXPECT_TRUE(servers[0].settings.check);
  EXPECT_EQ(servers[0].settings.check_port->value, 81);
  EXPECT_FALSE(servers[1].settings.check);
  EXPECT_FALSE(servers[1].settings.disabled);
  EXPECT_EQ(servers[1].settings.maxconn->value, 9);
  EXPECT_EQ(servers[2].count, 5U);
  EXPECT_TRUE(servers[2].settings.check && servers[2].settings.disabled);
  EXPECT_EQ(servers[3].count, 2U);
  EXPECT_EQ(config.parsed_check_ports, 1U);
  EXPECT_EQ(config.proxies[0].parsed_check_ports, 0U);
  EXPECT_THAT(remarks(config), ElementsAre(HasSubstr("error 9:20")));
}

TEST(ReadConfig, ProxiesInheritFromTheLastDefaultsOrTheNamedOne) {
  const Config config = parse(
      "defaults base\n mode http\n maxconn 100\n backlog 5\n option splice-auto\n"
      "defaults other from base\n fullconn 7\n source 10.0.0.3\n disabled\n"
      "frontend a\n"
      "backend b from base\n"
      "listen c from other\n enabled\n no option splice-auto\n maxconn 3\n"
      "defaults\n"
      "listen d\n");
  ASSERT_EQ(config.proxies.size(), 4U);
  const Proxy& a = config.proxies[0];
  EXPECT_TRUE(a.disabled && a.splices);
  EXPECT_EQ(a.mode, Mode::http);
  EXPECT_EQ(a.maxconn->value, 100);
  EXPECT_EQ(a.maxconn->origin.line, 3U);
  EXPECT_EQ(a.backlog->value, 5);
  EXPECT_FALSE(a.fullconn);
  const Proxy& b = config.proxies[1];
  EXPECT_FALSE(b.disabled || b.maxconn || b.fullconn);
  const Proxy& c = config.proxies[2];
  EXPECT_FALSE(c.disabled || c.splices);
  EXPECT_EQ(c.maxconn->value, 3);
  EXPECT_EQ(c.fullconn->value, 7);
  EXPECT_EQ(to_string(*c.source->value.ip), "10.0.0.3");
  const Proxy& d = config.proxies[3];
  EXPECT_EQ(d.mode, Mode::tcp);
  EXPECT_FALSE(d.maxconn);
  EXPECT_THAT(remarks(config), IsEmpty());
}

TEST(ReadConfig, PeersListenAtTheLocalPeersAddress) {
  const std::string text =
      "peers mesh\n peer lb1 10.0.0.1:1024\n peer lb2 10.0.0.2:1024\n"
      "peers bound\n bind 10.0.0.1:1025\n server lb1\n server lb2 10.0.0.2:1025\n"
      "peers off\n disabled\n"
      "backend b\n stick-table type ip size 1k peers mesh\n";
  const Config config = parse(text);
  ASSERT_EQ(config.peers.size(), 3U);
  EXPECT_TRUE(config.peers[0].used);
  EXPECT_THAT(config.peers[0].names, ElementsAre("lb1", "lb2"));
  ASSERT_EQ(config.peers[0].binds.size(), 1U);
  EXPECT_EQ(config.peers[0].binds[0].address.first_port, 1024);
  EXPECT_FALSE(config.peers[1].used);
  EXPECT_EQ(config.peers[1].binds.at(0).address.first_port, 1025);
  EXPECT_TRUE(config.peers[2].disabled);
  EXPECT_THAT(remarks(config), IsEmpty());

  EXPECT_EQ(to_string(*parse("global\n localpeer lb2\n" + text).peers[0].binds.at(0).address.ip), "10.0.0.2");
  ReadContext named = context();
  named.local_peer = "lb1";  // -L wins
  EXPECT_EQ(to_string(*parse("global\n localpeer lb2\n" + text, named).peers[0].binds.at(0).address.ip), "10.0.0.1");
  EXPECT_THAT(parse(text, ReadContext{}).peers[0].binds, IsEmpty());
}

TEST(ReadConfig, OtherSectionsAreSkipped) {
  const Config config = parse(
      "userlist u\n user a password b\n"
      "namespace_list\n namespace blue\n"
      "cache c\n total-max-size 4\n maxconn x\n"
      "[scope] anything 'at all\n"
      "global\n maxconn 5\n");
  EXPECT_EQ(config.global.maxconn->value, 5);
  EXPECT_THAT(remarks(config), IsEmpty());
}

TEST(ReadConfig, SectionsBelongToVersions) {
  EXPECT_THAT(remarks(parse("acme x\n keys y\n")), ElementsAre(HasSubstr("error 1:1 this version")));
  EXPECT_THAT(remarks(parse("acme x\n keys y\n", context({3, 2, 0}))), IsEmpty());
  EXPECT_THAT(remarks(parse("program x\n command y\n", context({3, 4, 0}))), ElementsAre(HasSubstr("error 1:1")));
  EXPECT_THAT(remarks(parse("acme x\nprogram y\n", ReadContext{})), IsEmpty());
}

struct Refusal {
  std::string name;
  std::string text;
  std::string remark;
  Version version = {2, 6, 12};
};
std::ostream& operator<<(std::ostream& out, const Refusal& c) { return out << c.name; }

class Refuses : public testing::TestWithParam<Refusal> {};

TEST_P(Refuses, WithARemark) {
  const Config config = parse(GetParam().text, context(GetParam().version));
  EXPECT_THAT(remarks(config), ElementsAre(HasSubstr(GetParam().remark)));
}

INSTANTIATE_TEST_SUITE_P(
    ReadConfig, Refuses,
    testing::Values(
        Refusal{"missing_line_end", "global\n maxconn 5", "error 2:11 the last line has no line end"},
        Refusal{"nul", std::string("global\n maxconn 5\0\n maxconn\n", 27), "error 2:11 a NUL byte"},
        Refusal{"keyword_before_a_section", "maxconn 5\n", "error 1:1 a keyword before any section"},
        Refusal{"byte_order_mark", "\xEF\xBB\xBFglobal\n", "error 1:1 a keyword before any section"},
        Refusal{"unmatched_quote_even_in_an_unused_line", "frontend f\n http-request 'x\n", "error 2:15 a quote"},
        Refusal{"unmatched_quote_in_a_dropped_branch", ".if 0\nx 'y\n.endif\n", "error 2:3 a quote"},
        Refusal{"no_before_maxconn", "global\n no maxconn 5\n", "error 2:2 'no' and 'default'"},
        Refusal{"unknown_defaults", "frontend f from nowhere\n", "error 1:17 there is no defaults section 'nowhere'"},
        Refusal{"proxy_without_a_name", "listen\n", "error 1:1 a name is expected"},
        Refusal{"address_on_the_listen_line", "listen a :80\n", "error 1:10 only 'from'"},
        Refusal{"two_frontends_of_one_name", "frontend a\nlisten a\n", "error 2:8 the name 'a' is already taken"},
        Refusal{"shared_name_since_3_3", "frontend a\nbackend a\n", "error 2:9 the name 'a'", {3, 4, 0}},
        Refusal{"server_in_a_frontend", "frontend a\n server s :80\n", "error 2:2 a frontend has no servers"},
        Refusal{"server_in_defaults", "defaults\n server s :80\n", "error 2:2 a defaults section has no servers"},
        Refusal{"bind_in_defaults", "defaults\n bind :80\n", "error 2:2 a defaults section has no binds"},
        Refusal{"bind_without_a_port", "listen a\n bind 127.0.0.1\n", "error 2:7 '127.0.0.1': a port is needed"},
        Refusal{"bind_of_port_0", "listen a\n bind :0\n", "error 2:7 ':0': port 0"},
        Refusal{"bind_of_a_datagram", "listen a\n bind udp@:53\n", "error 2:7 'udp@:53': a datagram"},
        Refusal{"bind_quic_without_quic", "listen a\n bind quic4@:443\n", "without QUIC"},
        Refusal{"second_address_of_a_list", "listen a\n bind :80,:81x,:82\n", "error 2:11", {3, 2, 0}},
        Refusal{"server_with_a_range", "listen a\n server s 127.0.0.1:1-2\n", "a port range is not accepted"},
        Refusal{"source_of_a_proxy_with_a_range", "listen a\n source 127.0.0.1:1-2\n", "a port range"},
        Refusal{"server_from_a_descriptor", "listen a\n server s fd@3\n", "a file descriptor is not accepted"},
        Refusal{"mode_health", "listen a\n mode health\n", "not a mode haproxy knows: 'health'"},
        Refusal{"mode_log_before_2_9", "listen a\n mode log\n", "not a mode haproxy knows: 'log'"},
        Refusal{"nbthread_with_letters", "global\n nbthread 4x\n", "expects a number, not '4x'"},
        Refusal{"nbthread_0", "global\n nbthread 0\n", "below the least value"},
        Refusal{"maxconn_without_a_number", "global\n maxconn\n", "'maxconn' expects a number"},
        Refusal{"maxconn_with_two", "global\n maxconn 1 2\n", "unexpected argument '2'"},
        Refusal{"stats_maxconn_0", "global\n stats maxconn 0\n", "must be above zero"},
        Refusal{"backlog_below_zero", "listen a\n bind :80 backlog -1\n", "cannot be below zero"},
        Refusal{"two_binds_for_peers", "peers p\n bind :1\n bind :2\n", "one listener only"},
        Refusal{"empty_word_since_3_3", "global\n maxconn \"\" 5\n", "error 2:10 an empty word", {3, 3, 0}},
        Refusal{"if_without_an_end", ".if 1\nglobal\n", "an '.if' is not closed"},
        Refusal{"else_without_if", ".else\nglobal\n x\n", "'.else' without '.if'"},
        Refusal{"endif_with_an_argument", ".if 1\n.endif x\n", "unexpected argument 'x' after '.endif'"},
        Refusal{"condition_not_parsable", ".if nonsense(1)\n", "the condition cannot be read"},
        Refusal{"unknown_directive", ".include x\n", "unknown directive"},
        Refusal{"alert", ".alert \"not today\"\nx\n", "the configuration refuses itself: not today"},
        Refusal{"notice_with_two_words", ".notice a b\n", "unexpected argument 'b'"},
        Refusal{"long_unix_path_with_prefix",
                "global\n unix-bind prefix /12345\nlisten a\n bind /" + std::string(92, 'x') + "\n",
                "with the prefix"}),
    [](const auto& test) { return test.param.name; });

TEST(ReadConfig, ConditionsChooseLines) {
  const std::string text =
      ".if version_atleast(2.8)\nglobal\n maxconn 28\n.elif version_atleast(2.6)\nglobal\n maxconn 26\n"
      ".else\nglobal\n maxconn 1\n.endif\n.notice hello\n.diag x\n.warning y\n";
  EXPECT_EQ(parse(text).global.maxconn->value, 26);
  EXPECT_EQ(parse(text, context({3, 2, 0})).global.maxconn->value, 28);
  EXPECT_EQ(parse(text, context({2, 4, 0})).global.maxconn->value, 1);
  const Config unknown = parse(text, ReadContext{});
  EXPECT_FALSE(unknown.global.maxconn);
  EXPECT_THAT(remarks(unknown), ElementsAre(HasSubstr("not_understood 1:1")));
}

TEST(ReadConfig, ConditionsNestNinetyNineTimes) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += ".if 0\n";
  const Config config = parse(text);
  EXPECT_THAT(remarks(config), ElementsAre("error 100:1 more than 99 nested '.if'"));
}

TEST(ReadConfig, SectionsEndWithTheirFileAndDefaultsDoNot) {
  const Config config =
      parse_config({{"a.cfg", "defaults\n mode http\n"}, {"b.cfg", " maxconn 1\nlisten l\n"}}, context());
  EXPECT_THAT(config.files, ElementsAre("a.cfg", "b.cfg"));
  EXPECT_EQ(config.proxies.at(0).mode, Mode::http);
  EXPECT_THAT(remarks(config), ElementsAre(HasSubstr("error 1:2 a keyword before any section")));
  EXPECT_EQ(config.remarks[0].origin.text(), "b.cfg:1:2");
}

TEST(ReadConfig, OriginsShareTheFilesName) {
  const Config config = parse("global\n maxconn 1\nlisten l\n bind :80\n");
  EXPECT_EQ(config.global.maxconn->origin.file, config.proxies[0].binds[0].origin.file);
  EXPECT_EQ(Origin{}.text(), "default");
}

TEST(ReadConfig, HostileFilesAreBounded) {
  EXPECT_EQ(parse(std::string(8U * 1024U * 1024U, '\0')).remarks.size(), 1U);
  std::string errors;
  for (int i = 0; i < 100'000; ++i) errors += "'\n";
  const Config config = parse(errors);
  EXPECT_EQ(config.remarks.size(), kRemarkLimit);
  EXPECT_EQ(config.remarks_dropped, 100'000U - kRemarkLimit);
  std::string binds = "listen l\n bind ";
  for (std::size_t i = 0; i < kObjectLimit + 10; ++i) binds += ":1,";
  const Config many = parse(binds + "\n");
  EXPECT_LT(many.proxies.at(0).binds.size(), kObjectLimit);
  EXPECT_THAT(remarks(many), ElementsAre(HasSubstr("not_understood")));
}

TEST(ReadConfig, CrLfIsRead) {
  const Config config = parse("global\r\n  maxconn 5\r\n\r\n");
  EXPECT_EQ(config.global.maxconn->value, 5);
  EXPECT_THAT(remarks(config), IsEmpty());
}

}  // namespace
}  // namespace preflight::haproxy
