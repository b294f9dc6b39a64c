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

/// The installed version and features, as far as the reader looks at them.
BinaryFacts installed() {
  BinaryFacts facts;
  const test::Scratch scratch;
  const std::string path = (scratch.path() / "vv").string();
  const int status = std::system((std::string(kHaproxy) + " -vv > " + path).c_str());  // NOLINT(cert-env33-c)
  EXPECT_EQ(status, 0);
  std::ifstream in(path);
  std::string word;
  in >> word >> word >> facts.version_text;  // "HAProxy version 2.6.12-1+deb12u4 ..."
  std::sscanf(facts.version_text.c_str(), "%d.%d.%d", &facts.version.major, &facts.version.minor,  // NOLINT
              &facts.version.patch);
  while (in >> word) {
    if (word.size() > 1 && word.front() == '+') facts.features.insert(word.substr(1));
  }
  return facts;
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

  /// haproxy resolves names when it starts; whether one exists is not the reader's to say.
  [[nodiscard]] bool names_a_host(const std::string& text) const {
    for (const Proxy& proxy : read(text).proxies) {
      for (const Bind& bind : proxy.binds) {
        if (bind.address.kind == AddressKind::hostname) return true;
      }
      for (const Server& server : proxy.servers) {
        if (server.address.kind == AddressKind::hostname) return true;
      }
    }
    return false;
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
