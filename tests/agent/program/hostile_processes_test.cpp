// SPDX-License-Identifier: Apache-2.0
// Any user may start a process called haproxy; what it is, what it says and when it ends is the attacker's choice.
#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using test::kSoundConfig;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class HostileProcess : public test::Program {};

/// A program called haproxy that says that it was executed, and otherwise waits.
const std::string kImpostor = R"(
cat >impostor.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(int argc, char** argv) {
  char path[4096];
  snprintf(path, sizeof path, "%s.executed", argv[0]);
  if (argc > 1 && argv[1][0] == '-' && argv[1][1] != 'W') close(open(path, O_CREAT | O_WRONLY, 0666));
  for (;;) pause();
}
END
cc -o "$DIR/haproxy" impostor.c || exit 97
chmod 755 haproxy
chmod 777 "$DIR"
)";

TEST_F(HostileProcess, AnotherUsersHaproxyIsNotExecuted) {
  const auto ran = run(kSoundConfig + kImpostor + R"(
chown 65534 haproxy
setpriv --reuid 65534 --regid 65534 --clear-groups "$DIR/haproxy" -W -f /etc/haproxy/haproxy.cfg &
sleep 0.3
$LBPREFLIGHT -v
echo $? >status
[ -e haproxy.executed ] && echo executed || echo untouched)");
  EXPECT_THAT(ran.out, HasSubstr("untouched")) << ran.err;
  EXPECT_THAT(ran.out, Not(HasSubstr("executed\n")));
  EXPECT_EQ(sandbox().left("status"), "3\n") << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("/haproxy")) << "names what it did not execute";
}

TEST_F(HostileProcess, RootsOwnHaproxyInADirectoryOfOthersIsNotExecutedEither) {
  const auto ran = run(kSoundConfig + kImpostor + R"(
"$DIR/haproxy" -W -f /etc/haproxy/haproxy.cfg &
sleep 0.3
$LBPREFLIGHT -v
[ -e haproxy.executed ] && echo executed || echo untouched)");
  EXPECT_THAT(ran.out, HasSubstr("untouched")) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("group or others may write it"));
}

TEST_F(HostileProcess, ThoseThatComeAndGoWhileWeLookAreNoTrouble) {
  const auto ran = run(kSoundConfig + R"(
cp /bin/sleep /etc/haproxy/haproxy
while :; do /etc/haproxy/haproxy 0.002; /etc/haproxy/haproxy 0 & done 2>/dev/null &
while :; do /usr/sbin/haproxy -c -f /etc/haproxy/haproxy.cfg; done >/dev/null 2>&1 &
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  timeout 20 $LBPREFLIGHT --sample 0s >/dev/null
  echo $? >>seen
done)");
  const auto seen = sandbox().left("seen");
  EXPECT_EQ(seen.size(), 40U) << seen;
  EXPECT_EQ(seen.find_first_not_of("0\n"), std::string::npos) << seen << ran.err;
}

TEST_F(HostileProcess, OneThatIsStartedAndEndedInEachScanIsSeenOrNot) {
  const auto ran = run(kSoundConfig + R"(
while :; do timeout -s KILL 0.05 /usr/sbin/haproxy -db -f /etc/haproxy/haproxy.cfg; done >/dev/null 2>&1 &
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  timeout 20 $LBPREFLIGHT --sample 0s >>out
  echo $? >>seen
done)");
  const auto seen = sandbox().left("seen");
  EXPECT_EQ(seen.size(), 30U) << seen;
  EXPECT_EQ(seen.find_first_not_of("013\n"), std::string::npos) << seen << ran.err << sandbox().left("out");
}

TEST_F(HostileProcess, ItsArgumentsAndItsNameReachNoTerminalAsTheyAre) {
  const auto ran = run(kSoundConfig + R"sh(
echo 'open my $c, ">", "/proc/self/comm"; syswrite $c, "haproxy"; close $c; sleep' >evil.pl
perl evil.pl -f "$(printf '/tmp/\033[2J\033]0;x\a.cfg')" &
until grep -qx haproxy /proc/[0-9]*/comm; do sleep 0.1; done
$LBPREFLIGHT -v; $LBPREFLIGHT facts; $LBPREFLIGHT --format json)sh");
  EXPECT_TRUE(test::is_safe_on_a_terminal(ran.out + ran.err)) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("\\x1B[2J")) << "it was seen";
}

}  // namespace
}  // namespace preflight
