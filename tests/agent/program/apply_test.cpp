// SPDX-License-Identifier: Apache-2.0
// The verbs that change a host, on one of the test's own: what is planned is done, once, and undone exactly.
#include "tests/agent/program/program.h"

namespace preflight::test {
namespace {

using testing::HasSubstr;

const std::string kAsked = kLongQueue + R"(
asked="--only somaxconn_covers_backlog,sysctls_survive_boot,sysctl_files_agree"
)";

class ApplyProgram : public Program {};

TEST_F(ApplyProgram, WhatIsPlannedIsDoneOnceAndUndoneExactly) {
  const auto ran = run(kAsked + R"(
$LBPREFLIGHT apply --yes $asked --format json >$DIR/first; echo "first $?"
cat /proc/sys/net/core/somaxconn
grep somaxconn /etc/sysctl.d/zz-lbpreflight.conf
$LBPREFLIGHT apply --yes $asked --format json >$DIR/second; echo "second $?"
$LBPREFLIGHT revert >$DIR/third; echo "third $?"
cat /proc/sys/net/core/somaxconn
ls /etc/sysctl.d
)");
  EXPECT_EQ(ran.out, "first 0\n30000\nnet.core.somaxconn = 30000\nsecond 0\nthird 0\n4096\n") << ran.err;
  EXPECT_THAT(sandbox().left("first"), HasSubstr("\"changed\": true"));
  EXPECT_THAT(sandbox().left("second"), HasSubstr("\"changed\": false"));
}

TEST_F(ApplyProgram, ADryRunWritesNothing) {
  const auto ran =
      run(kAsked + "$LBPREFLIGHT apply --dry-run $asked >$DIR/said; echo $?; ls -A /etc/sysctl.d /var/lib");
  EXPECT_EQ(ran.out, "0\n/etc/sysctl.d:\n\n/var/lib:\n") << ran.err;
  EXPECT_THAT(sandbox().left("said"), HasSubstr("set net.core.somaxconn from 4096 to 30000"));
}

/// Everything below the directories that apply writes to, with modes and owners, and the setting.
const std::string kState = R"(
state() { (cd /etc/sysctl.d && find . -printf '%p %m %U:%G\n' | sort && cat * && cat /proc/sys/net/core/somaxconn); }
)";

TEST_F(ApplyProgram, TheScriptOfAPlanDoesTheSame) {
  const auto ran = run(kAsked + kState + R"(
state >$DIR/before
$LBPREFLIGHT plan $asked --format script >$DIR/script
$LBPREFLIGHT apply --yes $asked >/dev/null; state >$DIR/applied
$LBPREFLIGHT revert >/dev/null; state | cmp - $DIR/before && echo reverted
sh $DIR/script >/dev/null && state | cmp - $DIR/applied && echo same
sh $DIR/script >/dev/null 2>&1 || echo "stops where it is not as planned"
)");
  EXPECT_EQ(ran.out, "reverted\nsame\nstops where it is not as planned\n") << ran.err << sandbox().left("script");
  EXPECT_NE(sandbox().left("before"), sandbox().left("applied"));
}

TEST_F(ApplyProgram, WithoutSystemdNothingIsLeftToBeConfirmed) {
  const auto ran = run(kAsked + kState + R"(
state >$DIR/before
$LBPREFLIGHT apply --yes $asked --confirm-within 10s; echo $?
state | cmp - $DIR/before && echo "as before"
$LBPREFLIGHT confirm; echo $?
)");
  EXPECT_THAT(ran.out, HasSubstr("systemd is not running here"));
  EXPECT_THAT(ran.out, HasSubstr("\n4\nas before\n"));
  EXPECT_THAT(ran.out, testing::EndsWith("no transaction waits for it\n6\n"));
}

TEST_F(ApplyProgram, OneAtATimeOthersAreRefusedOrWait) {
  const auto ran = run(kAsked + R"(
mkdir -m 700 /var/lib/lbpreflight
exec 9>/var/lib/lbpreflight/lock
flock 9
$LBPREFLIGHT apply --yes $asked 9>&-; echo $?
{ sleep 0.3; flock -u 9; } & exec 9>&-
$LBPREFLIGHT apply --yes $asked --wait 10s --quiet; echo $?
)");
  EXPECT_THAT(ran.out, HasSubstr("another lbpreflight is changing this host\n6\n"));
  EXPECT_THAT(ran.out, testing::EndsWith("Applied, and judged again.\n0\n")) << ran.err;
}

TEST_F(ApplyProgram, AStalePlanIsRefused) {
  const auto ran = run(kAsked + R"(
$LBPREFLIGHT plan $asked -o /var/lib/plan.json >/dev/null; echo $?
echo 4097 >/proc/sys/net/core/somaxconn
$LBPREFLIGHT apply /var/lib/plan.json --yes; echo $?
ls -A /etc/sysctl.d
)");
  EXPECT_THAT(ran.out, HasSubstr("the plan is stale"));
  EXPECT_THAT(ran.out, HasSubstr("from:net.core.somaxconn was 4096 when planned, and is 4097 now\n6\n"));
}

TEST_F(ApplyProgram, AFindingThatNoSettingOfOursCuresIsNotSaidToWaitForARestart) {
  const auto ran = run(kAsked + R"(
sed -i '/backlog/d' /etc/haproxy/haproxy.cfg
echo 128 >/proc/sys/net/core/somaxconn
echo 'net.core.somaxconn = 65535' >/etc/sysctl.d/10-good.conf
echo 'net.core.somaxconn = 128' >/etc/sysctl.d/20-bad.conf
$LBPREFLIGHT plan --only sysctl_files_agree
)");
  EXPECT_THAT(ran.out, testing::Not(HasSubstr("pending restart")));
}

}  // namespace
}  // namespace preflight::test
