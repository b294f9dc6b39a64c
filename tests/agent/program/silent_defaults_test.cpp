// SPDX-License-Identifier: Apache-2.0
// What `haproxy -c` calls valid and haproxy starts with, without a word or with one: it listens where nobody wanted.
#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using ::testing::HasSubstr;

/// haproxy with these lines in a frontend of its own; what listens is left in the file "listeners".
std::string started(const std::string& lines) {
  return test::kSoundConfig + "cat >>/etc/haproxy/haproxy.cfg <<'CONFIG'\nfrontend other\n" + lines + R"(
CONFIG
unset NOBODY_SET_THIS
/usr/sbin/haproxy -c -f /etc/haproxy/haproxy.cfg >valid 2>&1 || exit 77
/usr/sbin/haproxy -W -D -f /etc/haproxy/haproxy.cfg >started 2>&1
until ss -Hltn | grep -q :8081; do sleep 0.05; done
ss -Hltn >listeners
)";
}

class SilentDefaults : public test::Program {
 protected:
  /// The only finding of that check, after haproxy really started.
  [[nodiscard]] nlohmann::json finding_of(const std::string& check, const std::string& lines) const {
    const auto ran = run(started(lines) + "$LBPREFLIGHT --format json --only " + check);
    EXPECT_NE(ran.status, 77) << sandbox().left("valid");
    const auto found = test::results_of(test::parsed(ran), check);
    EXPECT_EQ(found.size(), 1U) << ran.out;
    return found.empty() ? nlohmann::json() : found.front();
  }
};

TEST_F(SilentDefaults, AVariableWithoutAValueIsAllAddresses) {
  const auto found = finding_of("variables_are_set", "  bind ${NOBODY_SET_THIS}:8081");
  EXPECT_THAT(sandbox().left("listeners"), HasSubstr("0.0.0.0:8081"));
  EXPECT_EQ(found.at("outcome"), "fail") << found.dump();
  EXPECT_EQ(found.at("severity"), "error");
  EXPECT_EQ(found.at("where").at("line"), 14);
}

TEST_F(SilentDefaults, AQuotedOneToo) {
  const auto found = finding_of("variables_are_set", "  bind \"${NOBODY_SET_THIS}:8081\"");
  EXPECT_THAT(sandbox().left("listeners"), HasSubstr("0.0.0.0:8081"));
  EXPECT_EQ(found.at("severity"), "error") << found.dump();
}

TEST_F(SilentDefaults, AMissingInterfaceIsAllInterfaces) {
  const auto found = finding_of("interfaces_exist", "  bind 127.0.0.1:8081 interface nosuch0");
  EXPECT_THAT(sandbox().left("listeners"), HasSubstr("127.0.0.1:8081")) << "not 127.0.0.1%nosuch0:8081";
  EXPECT_THAT(sandbox().left("started"), HasSubstr("cannot bind receiver to device 'nosuch0' (No such device)"));
  EXPECT_EQ(found.at("outcome"), "fail") << found.dump();
  EXPECT_EQ(found.at("severity"), "error");
}

TEST_F(SilentDefaults, AnInterfaceThatExistsIsFound) {
  const auto found = finding_of("interfaces_exist", "  bind 127.0.0.1:8081 interface lo");
  EXPECT_THAT(sandbox().left("listeners"), HasSubstr("127.0.0.1%lo:8081"));
  EXPECT_EQ(found.at("outcome"), "pass") << found.dump();
}

TEST_F(SilentDefaults, AnAlternativeNameIsSeenByWhatListens) {
  const auto ran =
      run("ip link property add dev lo altname other-lo || exit 78\n" +
          started("  bind 127.0.0.1:8081 interface other-lo") + "$LBPREFLIGHT --format json --only interfaces_exist");
  if (ran.status == 78) GTEST_SKIP() << "interfaces have no alternative names here";
  const auto found = test::results_of(test::parsed(ran), "interfaces_exist");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("outcome"), "pass") << found[0].dump();
}

}  // namespace
}  // namespace preflight
