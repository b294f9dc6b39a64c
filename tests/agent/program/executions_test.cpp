// SPDX-License-Identifier: Apache-2.0
// A scan executes haproxy and nothing else: no shell, no ss, no systemctl. strace sees every execve.
#include <regex>
#include <set>

#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using test::kSoundConfig;
using ::testing::HasSubstr;

class Executions : public test::Program {
 protected:
  /// The command lines executed by `lbpreflight ARGUMENTS` after its own start, as strace writes them.
  [[nodiscard]] std::set<std::string> of(const std::string& arguments) const {
    const auto ran = run(kSoundConfig + R"(command -v strace >/dev/null || exit 77
strace -f -qq -s 200 -e trace=execve,execveat -e signal=none -o trace $LBPREFLIGHT )" +
                         arguments);
    std::set<std::string> executed;
    const std::string trace = sandbox().left("trace");
    const std::regex call(R"re(execve(?:at)?\("([^"]*)", \[([^\]]*)\])re");
    for (auto it = std::sregex_iterator(trace.begin(), trace.end(), call); it != std::sregex_iterator(); ++it) {
      executed.insert((*it)[2].str());
    }
    EXPECT_NE(ran.status, 77) << "strace is not installed";
    EXPECT_EQ(executed.erase(own_words(arguments)), 1U) << trace;
    return executed;
  }

 private:
  static std::string own_words(const std::string& arguments) {
    std::string words = "\"" + std::string(PREFLIGHT_PROGRAM) + "\"";
    std::istringstream in(arguments);
    for (std::string word; in >> word;) words += ", \"" + word + "\"";
    return words;
  }
};

TEST_F(Executions, OnlyHaproxyAndOnlyToAskItsVersionAndItsVerdict) {
  EXPECT_EQ(of("check"),
            (std::set<std::string>{R"("/usr/sbin/haproxy", "-vv")",
                                   R"("/usr/sbin/haproxy", "-c", "-W", "-f", "/etc/haproxy/haproxy.cfg")"}));
}

TEST_F(Executions, OnlyItsVersionWhereTheVerdictIsNotWanted) {
  EXPECT_EQ(of("check --skip config_is_valid"), (std::set<std::string>{R"("/usr/sbin/haproxy", "-vv")"}));
}

TEST_F(Executions, NothingForWhatIsNotLive) {
  EXPECT_EQ(of("check --root /usr"), std::set<std::string>{});
  EXPECT_EQ(of("list"), std::set<std::string>{});
}

TEST_F(Executions, TheVerdictKnowsTheVariablesTheConfigurationNames) {
  const auto ran = run(kSoundConfig + R"(
sed -i 's/bind .*/bind "127.0.0.1:${WEB_PORT}"/' /etc/haproxy/haproxy.cfg
WEB_PORT=8080 /usr/sbin/haproxy -db -f /etc/haproxy/haproxy.cfg >/dev/null 2>&1 &
sleep 0.5
$LBPREFLIGHT --only config_is_valid,bind_ports_are_free -v)");
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("pass   config_is_valid"));
  EXPECT_THAT(ran.out, HasSubstr("bind:tcp/127.0.0.1:8080"));
}

}  // namespace
}  // namespace preflight
