// SPDX-License-Identifier: Apache-2.0
// The verb as a person uses it: trees of sysctl.d, keys that are there and keys that are not.
#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using test::kSoundConfig;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A tree whose last file by name sets somaxconn too low for its haproxy.cfg.
const std::string kTree = R"(
mkdir -p tree/etc/haproxy tree/etc/sysctl.d tree/usr/lib/sysctl.d tree/usr/lib/systemd tree/proc/sys/net/core
touch tree/usr/lib/systemd/systemd-sysctl
echo 65535 >tree/proc/sys/net/core/somaxconn
printf 'net.core.somaxconn = 256\n' >tree/usr/lib/sysctl.d/10-network.conf
printf '# ours\nnet.core.somaxconn = 4096\n' >tree/etc/sysctl.d/10-network.conf
printf '\n\n# raised\nnet/core/somaxconn=1024\n# end\n' >tree/etc/sysctl.d/99-lb.conf
printf 'net.core.somaxconn = 2048\n' >tree/etc/sysctl.conf
cat >tree/etc/haproxy/haproxy.cfg <<'CONFIG'
global
  maxconn 20000
  nbthread 2
defaults
  mode http
frontend web
  bind :443
CONFIG
)";

class WhyProgram : public test::Program {};

TEST_F(WhyProgram, TheFileThatDecidesInATree) {
  const auto ran = run(kTree + "$LBPREFLIGHT why net.core.somaxconn --root tree");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("systemd-sysctl, /etc/sysctl.d/99-lb.conf:4\n"));
  EXPECT_THAT(ran.out, HasSubstr("sysctl --system   2048"));
  EXPECT_THAT(ran.out, HasSubstr("  --> /etc/sysctl.d/99-lb.conf:4\n"
                                 "  3 | # raised\n"
                                 "  4 | net/core/somaxconn=1024\n"
                                 "    | ^^^^^^^^^^^^^^^^^^^^^^^ decides\n"
                                 "  5 | # end\n"));
  EXPECT_THAT(ran.out, HasSubstr("hidden by /etc/sysctl.d/10-network.conf\n"));
  EXPECT_THAT(ran.out, HasSubstr("overridden by /etc/sysctl.d/99-lb.conf:4\n"));
  EXPECT_THAT(ran.out, HasSubstr("20,000 connections in the accept queue of *:443\n"));
  EXPECT_THAT(ran.out, HasSubstr("20,000 global maxconn (haproxy.cfg:2)\n"));
}

TEST_F(WhyProgram, AllKeysInOneDocument) {
  const auto ran = run(kTree + "$LBPREFLIGHT why --root tree --format json /proc/sys/net/core/somaxconn vm.swappiness");
  EXPECT_EQ(ran.status, 0) << ran.err;
  const auto document = test::parsed(ran);
  ASSERT_EQ(document.at("keys").size(), 2U);
  const auto& somaxconn = document.at("keys").at(0);
  EXPECT_EQ(somaxconn.at("key"), "net.core.somaxconn");
  EXPECT_EQ(somaxconn.at("running").at(0).at("value"), "65535");
  EXPECT_EQ(somaxconn.at("systemd").at("value"), "1024");
  EXPECT_EQ(somaxconn.at("procps").at("value"), "2048");
  EXPECT_EQ(somaxconn.at("demands").at(0).at("value"), 20000);
  EXPECT_EQ(document.at("keys").at(1).at("systemd").at("lines").size(), 0U);
}

TEST_F(WhyProgram, AKeyThatNoFileSets) {
  const auto ran = run("mkdir tree; $LBPREFLIGHT why vm.swappiness --root tree");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("no file sets it"));
  EXPECT_THAT(ran.out, HasSubstr("no configuration here demands a number of it"));
}

TEST_F(WhyProgram, AKeyThatDoesNotExistGetsTheNearestName) {
  const auto ran = run(kSoundConfig + "$LBPREFLIGHT why net.core.somaxcon net.ipv4.ip_forwrd net.core.somaxconn");
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.err, HasSubstr("no net.core.somaxcon, and no file sets it; did you mean 'net.core.somaxconn'?"));
  EXPECT_THAT(ran.err, HasSubstr("did you mean 'net.ipv4.ip_forward'?")) << "a neighbour in /proc/sys";
  EXPECT_THAT(ran.out, StartsWith("net.core.somaxconn: ")) << "the others are answered";
}

TEST_F(WhyProgram, AConfigurationThatCannotBeReadIsTold) {
  const auto ran = run(kTree + "rm tree/etc/haproxy/haproxy.cfg; $LBPREFLIGHT why net.core.somaxconn --root tree");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("not known: "));
  EXPECT_THAT(ran.out, HasSubstr("systemd-sysctl, /etc/sysctl.d/99-lb.conf:4\n"));
}

TEST_F(WhyProgram, HaproxyIsOnlyAskedWhereItMatters) {
  const std::string traced = kSoundConfig + R"(command -v strace >/dev/null || exit 77
# A leak checker traces as well, and only one may.
strace -f -qq -E ASAN_OPTIONS=detect_leaks=0 -o trace -e trace=execve,execveat,socket $LBPREFLIGHT why )";
  const auto ran = run(traced + "vm.swappiness");
  if (ran.status == 77) GTEST_SKIP() << "strace is not installed";
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(sandbox().left("trace"), Not(HasSubstr("haproxy\"")));
  EXPECT_EQ(run(traced + "net.core.somaxconn").status, 0);
  EXPECT_THAT(sandbox().left("trace"), HasSubstr("\"-vv\""));
  EXPECT_THAT(sandbox().left("trace"), Not(HasSubstr("\"-c\"")));
  EXPECT_THAT(sandbox().left("trace"), Not(HasSubstr("AF_NETLINK")));
}

/// A unit of haproxy's with drop-ins, the last of which systemd does not take.
const std::string kUnitTree = kTree + R"(
mkdir -p tree/usr/lib/systemd/system tree/etc/systemd/system/haproxy.service.d tree/usr/sbin
printf '[Service]\nExecStart=/usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg\nLimitNOFILE=4096\n' \
  >tree/usr/lib/systemd/system/haproxy.service
printf '[Service]\nLimitNOFILE=65536\n' >tree/etc/systemd/system/haproxy.service.d/10-limits.conf
printf '[Service]\nLimitNOFILE=100k\n' >tree/etc/systemd/system/haproxy.service.d/20-more.conf
printf '[Service]\nLimitNOFILE=infinity\n' >tree/usr/lib/systemd/system/nginx.service
)";

TEST_F(WhyProgram, TheLineThatDecidesAUnitsLimit) {
  const auto ran = run(kUnitTree + "$LBPREFLIGHT why LimitNOFILE --root tree");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("haproxy.service:LimitNOFILE: 65536 after the next boot\n"));
  EXPECT_THAT(ran.out, HasSubstr("  --> /etc/systemd/system/haproxy.service.d/10-limits.conf:2\n"));
  EXPECT_THAT(ran.out, HasSubstr("haproxy.service.d/20-more.conf:2  LimitNOFILE=100k\n      ignored by systemd"));
  EXPECT_THAT(ran.out, HasSubstr("overridden by /etc/systemd/system/haproxy.service.d/10-limits.conf:2\n"));
  EXPECT_THAT(ran.out, HasSubstr("haproxy.service: 40,0"));
}

TEST_F(WhyProgram, AnyUnitMayBeNamed) {
  const auto ran = run(kUnitTree + "$LBPREFLIGHT why nginx:LimitNOFILE haproxy:LimitNOFILE --root tree --format json");
  EXPECT_EQ(ran.status, 0) << ran.err;
  const auto document = test::parsed(ran);
  EXPECT_EQ(document.at("keys").at(0).at("key"), "nginx.service:LimitNOFILE");
  EXPECT_EQ(document.at("keys").at(0).at("unit").at("value"), "infinity:infinity");
  EXPECT_EQ(document.at("keys").at(0).at("demands").size(), 0U);
  EXPECT_EQ(document.at("keys").at(1).at("unit").at("value"), "65536:65536");
  EXPECT_EQ(document.at("keys").at(1).at("demands").size(), 1U);
}

TEST_F(WhyProgram, AUnitThatDoesNotExist) {
  const auto ran = run(kUnitTree + "$LBPREFLIGHT why hapoxy:LimitNOFILE --root tree");
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.err, HasSubstr("there is no hapoxy.service"));
}

TEST_F(WhyProgram, FromABundleAsOnTheHost) {
  const auto ran = run(kSoundConfig + R"(
$LBPREFLIGHT record -o lb07.json && $LBPREFLIGHT why net.core.somaxconn >live
$LBPREFLIGHT why net.core.somaxconn --from lb07.json >replayed; cmp live replayed)");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err << sandbox().left("live") << sandbox().left("replayed");
}

}  // namespace
}  // namespace preflight
