// SPDX-License-Identifier: Apache-2.0
// The reader against the haproxy that is installed: `haproxy -c` accepts a line exactly when the reader has no error
// for it. Lines are generated with a fixed seed and cost one run each.
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "probes/haproxy/condition.h"
#include "probes/haproxy/keywords.h"
#include "probes/haproxy/read_config.h"
#include "tests/support/scratch.h"

namespace preflight::haproxy {
namespace {

constexpr const char* kHaproxy = "/usr/sbin/haproxy";
constexpr int kRuns = 30;

/// The exit code; -1 when it was ended by a signal. Only words without a quote may come here.
int run(const std::string& command) {
  const int status = std::system((command + " >/dev/null 2>&1").c_str());  // NOLINT(cert-env33-c): our own words
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

BinaryFacts installed() {
  const test::Scratch scratch;
  const std::string path = (scratch.path() / "vv").string();
  const int status = std::system((std::string(kHaproxy) + " -vv > " + path).c_str());  // NOLINT(cert-env33-c)
  EXPECT_EQ(status, 0);
  std::ifstream in(path);
  return parse_version_output(kHaproxy, std::string{std::istreambuf_iterator<char>(in), {}}).value();
}

class AgainstHaproxy : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kHaproxy)) GTEST_SKIP() << kHaproxy << " is not installed";
    binary_ = installed();
  }

  [[nodiscard]] Config read(const std::string& text) const {
    const ReadContext context{
        .environment = {{"IP", "127.0.0.1"}, {"P", "18080"}}, .binary = binary_, .host_name = "lb1"};
    return parse_config({{"t.cfg", text}}, context);
  }

  [[nodiscard]] bool we_accept(const std::string& text) const {
    const Config config = read(text);
    return std::none_of(config.remarks.begin(), config.remarks.end(),
                        [](const Remark& remark) { return remark.kind == RemarkKind::error; });
  }

  template <typename Places>
  [[nodiscard]] static bool names_a_host(const Places& places) {
    return std::any_of(places.begin(), places.end(),
                       [](const auto& place) { return place.address.kind == AddressKind::hostname; });
  }

  /// haproxy resolves names when it starts; whether one exists is not the reader's to say.
  [[nodiscard]] bool names_a_host(const std::string& text) const {
    const Config config = read(text);
    bool named = names_a_host(config.global.logs);
    for (const Proxy& proxy : config.proxies) {
      named = named || names_a_host(proxy.binds) || names_a_host(proxy.servers) || names_a_host(proxy.logs);
    }
    for (const Ring& ring : config.rings) named = named || names_a_host(ring.servers);
    for (const Resolvers& resolvers : config.resolvers) named = named || names_a_host(resolvers.nameservers);
    for (const Mailers& mailers : config.mailers) named = named || names_a_host(mailers.mailers);
    return named;
  }

  /// 2 is "valid, but nothing to listen to".
  [[nodiscard]] bool haproxy_accepts(const std::string& text) const {
    const std::string path = scratch_.file("t.cfg", text);
    const int code = run("env -i IP=127.0.0.1 P=18080 " + std::string(kHaproxy) + " -c -q -f " + path);
    return code == 0 || code == 2;
  }

  void compare(const std::string& text) const {
    if (names_a_host(text)) return;
    EXPECT_EQ(we_accept(text), haproxy_accepts(text)) << text;
  }

  /// "backlog +1": the option and how many words it takes besides itself.
  void expect_known_option(const std::string& line, const std::string& listed) const {
    const auto space = listed.find(' ');
    const std::string option = listed.substr(0, space);
    const int words = space == std::string::npos ? 0 : std::atoi(listed.c_str() + space + 1);  // NOLINT: trusted
    // what follows `source` is read by `source` itself
    if (words < 0 || option == "source" || option == "usesrc") return;
    std::string text = "listen l\n " + line + option;
    for (int i = 0; i < words; ++i) text += " 1";
    // were the option's own words taken wrongly, the backlog or the weight after it would be
    text += line.front() == 'b' ? " v4v6 backlog 77\n" : " maxconn 77\n";
    const Config config = read(text);
    for (const Remark& remark : config.remarks) {
      EXPECT_NE(remark.kind, RemarkKind::not_understood) << text << remark.text;
    }
    const Proxy& proxy = config.proxies.at(0);
    const auto& number = line.front() == 'b' ? proxy.binds.at(0).backlog : proxy.servers.at(0).settings.maxconn;
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(number->value, 77) << text;
  }

  test::Scratch scratch_;
  BinaryFacts binary_;
};

class Generator {
 public:
  template <std::size_t N>
  std::string pick(const std::array<const char*, N>& choices) {
    return choices.at(std::uniform_int_distribution<std::size_t>(0, N - 1)(random_));
  }
  bool chance(int percent) { return std::uniform_int_distribution<int>(1, 100)(random_) <= percent; }

  std::string address() {
    static constexpr std::array kPrefixes = {"",     "",      "",     "",           "ipv4@", "ipv6@",    "ip@",
                                             "tcp@", "tcp4@", "udp@", "stream+ip@", "abns@", "unix@/t/", "uxst@/t/"};
    static constexpr std::array kHosts = {"127.0.0.1", "127.0.0.2", "*",     "",    "[::1]",
                                          "::1",       "::",        "${IP}", "$IP", "[::1"};
    static constexpr std::array kPorts = {":18101", ":18102-18104", ":0",           ":",  "", ":99999", ":18105;", ":x",
                                          ":${P}",  ":+1",          ":18109-18108", ":-1"};
    std::string out = pick(kPrefixes) + pick(kHosts);
    out += chance(60) ? ":18100" : pick(kPorts);
    return out;
  }

  /// The same word, or nearly, with quotes and escapes put in.
  std::string disguise(const std::string& word) {
    static constexpr std::array kPieces = {"'",      "\"",        "\"\"",       "''",    "\\",   "#",     "\\#",
                                           "\"$P\"", "\"${IP}\"", "\"${NO-}\"", "\\x30", "\\x3", "\"$1\""};
    if (!chance(50)) return word;
    if (chance(40)) return '"' + word + '"';
    const auto at = std::uniform_int_distribution<std::size_t>(0, word.size())(random_);
    return word.substr(0, at) + pick(kPieces) + word.substr(at);
  }

 private:
  std::mt19937 random_{20240611};
};

constexpr const char* kDefaults = "defaults\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n";

TEST_F(AgainstHaproxy, BindLines) {
  Generator generator;
  for (int i = 0; i < kRuns; ++i) {
    std::string list = generator.address();
    if (generator.chance(20)) list += "," + generator.address();
    static constexpr std::array kOptions = {"", " name x", " maxconn 5 backlog 7", " shards 2", " backlog -1", " v4v6"};
    compare(std::string(kDefaults) + "listen l\n bind " + generator.disguise(list) + generator.pick(kOptions) + "\n");
  }
}

TEST_F(AgainstHaproxy, ServerLines) {
  Generator generator;
  for (int i = 0; i < kRuns; ++i) {
    static constexpr std::array kOptions = {" cookie check weight 5",
                                            " backup",
                                            " source 127.0.0.1:1-5 usesrc client disabled",
                                            " maxconn 5 disabled",
                                            " source 127.0.0.1:x",
                                            " port 80 addr 127.0.0.1:2-3"};
    compare(std::string(kDefaults) + "listen l\n bind 127.0.0.1:18100\n server s " +
            generator.disguise(generator.address()) + generator.pick(kOptions) + "\n");
  }
}

TEST_F(AgainstHaproxy, LogLines) {
  Generator generator;
  static constexpr std::array kTargets = {"/dev/log", "stdout", "stderr", "ring@r", "uxst@/t/log", "fd@1"};
  static constexpr std::array kOptions = {
      "",       " len 4096", " len 4096 format rfc5424", " format raw", " format xml", " sample 1:2", " sample 1,3:4",
      " format"};
  static constexpr std::array kFacilities = {" local0", " local7", " daemon", " local8", "", " cron2"};
  static constexpr std::array kLevels = {"", "", " info", " notice err", " info err debug", " loud"};
  static constexpr std::array kSections = {"global\n log ", "listen l\n bind 127.0.0.1:18100\n log ",
                                           "global\n log 127.0.0.1 local0\nlisten l\n log global\n no log\n log "};
  for (int i = 0; i < 3 * kRuns; ++i) {
    const std::string target =
        generator.chance(50) ? generator.pick(kTargets) : generator.disguise(generator.address());
    compare("ring r\n size 65536\n" + std::string(kDefaults) + generator.pick(kSections) + target +
            generator.pick(kOptions) + generator.pick(kFacilities) + generator.pick(kLevels) + "\n");
  }
  compare("global\n log global\n");
  compare("global\n no log 127.0.0.1\n");
  compare(std::string(kDefaults) + " log global\nlisten l\n no log\n");
}

/// Not `bind` of a log-forward section: haproxy 2.6 tells what is wrong with it, and goes on without the listener.
TEST_F(AgainstHaproxy, SideSections) {
  Generator generator;
  static constexpr std::array kLines = {"resolvers r\n nameserver n ", "mailers m\n mailer n ", "ring r\n server n ",
                                        "log-forward f\n dgram-bind "};
  for (int i = 0; i < 3 * kRuns; ++i) {
    compare(std::string(kDefaults) + generator.pick(kLines) + generator.disguise(generator.address()) + "\n");
  }
  for (const char* const text :
       {"resolvers\n", "resolvers r\n parse-resolv-conf\n", "mailers\n", "mailers m\n", "ring\n",
        "ring r\n size 65536\n", "log-forward\n", "global\n default-path\n", "global\n default-path config\n",
        "global\n default-path nowhere\n", "global\n default-path origin\n", "global\n default-path origin /tmp\n",
        "global\n tune.bufsize 0\n", "global\n tune.bufsize 16384x\n", "global\n tune.ssl.cachesize -1\n",
        "global\n maxzlibmem x\n", "global\n maxsslconn -1\n", "global\n ssl-mode-async\n"}) {
    compare(text);
  }
}

/// What haproxy prints with -dKcfg: "\tmaxconn", "\tbind <addr> backlog +1", "\tserver <name> <addr> check".
TEST_F(AgainstHaproxy, EveryKeywordAndOptionItListsIsKnown) {
  const std::string path = (scratch_.path() / "keywords").string();
  const std::string command = std::string(kHaproxy) + " -dKcfg -c -q -f /dev/null > " + path + " 2>/dev/null";
  if (run("true") != 0 || std::system(command.c_str()) == -1) FAIL();  // NOLINT(cert-env33-c): our own words
  std::ifstream in(path);
  SectionKind section = SectionKind::none;
  std::size_t keywords = 0;
  std::size_t options = 0;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() != '\t') {
      section = line == "global"   ? SectionKind::global
                : line == "listen" ? SectionKind::proxy
                : line == "peers"  ? SectionKind::peers
                                   : SectionKind::none;
      continue;
    }
    const bool bind = line.rfind("\tbind <addr> ", 0) == 0 && line.rfind("\tbind <addr> ssl ", 0) != 0;
    const bool server = line.rfind("\tserver <name> <addr> ", 0) == 0;
    if (bind || server) {
      ++options;
      expect_known_option(bind ? "bind 127.0.0.1:18100 " : "server s 127.0.0.1:18100 ",
                          line.substr(line.find("> ", line.find("<addr")) + 2));
    } else if (section != SectionKind::none && line.find(' ') == std::string::npos) {
      ++keywords;
      EXPECT_TRUE(is_known_keyword(section, line.substr(1))) << line;
    }
  }
  if (keywords == 0) GTEST_SKIP() << "this haproxy has no -dKcfg (2.6)";
  EXPECT_GT(keywords, 100U);
  EXPECT_GT(options, 50U);
}

TEST_F(AgainstHaproxy, TheCorpus) {
  const auto corpus = std::filesystem::path(PREFLIGHT_SOURCE_DIR) / "tests/probes/haproxy/corpus";
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    compare(text);
    EXPECT_EQ(we_accept(text), entry.path().filename().string().rfind("bad-", 0) != 0) << entry.path();
  }
}

TEST_F(AgainstHaproxy, Conditions) {
  if (run(std::string(kHaproxy) + " -cc 1") != 0) GTEST_SKIP() << "this haproxy has no -cc (2.5)";
  for (const char* const expression : {"",
                                       "0x0",
                                       "010",
                                       "!1 || 1 && 0",
                                       "(1 && (0 || !0))",
                                       "streq(a,b) || strneq(a,b)",
                                       "version_atleast(2.4)",
                                       "version_before(2.4)",
                                       "version_atleast(2.6-dev3)",
                                       "version_before(99)",
                                       "feature(EPOLL)",
                                       "feature(NOSUCH)",
                                       "defined(NOSUCH)",
                                       "strstr(abc,b)",
                                       "openssl_version_atleast(1.1.1)",
                                       "openssl_version_atleast(1.1.1zz)",
                                       "openssl_version_atleast(3.0.0)",
                                       "openssl_version_atleast(3.0.1)",
                                       "openssl_version_atleast(3.0.0-beta3)",
                                       "openssl_version_before(3.0.0)",
                                       "openssl_version_before(4.0.0)",
                                       "ssllib_name_startswith(OpenSSL)",
                                       "ssllib_name_startswith(LibreSSL)",
                                       "nonsense(1)",
                                       "1 2",
                                       "(1",
                                       "streq(a)",
                                       "streq(,)",
                                       "1 &&",
                                       "!"}) {
    const int code = run(std::string("env -i ") + kHaproxy + " -cc '" + expression + "'");
    const auto ours = evaluate_condition(expression, {}, &binary_);
    const int expected = !ours ? 2 : *ours == Truth::yes ? 0 : 1;
    EXPECT_EQ(expected, code) << expression;
  }
}

}  // namespace
}  // namespace preflight::haproxy
