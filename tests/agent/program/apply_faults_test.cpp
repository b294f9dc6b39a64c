// SPDX-License-Identifier: Apache-2.0
// Hosts that will not be changed: each is refused or rolled back with its exit code, and nothing is lost.
#include "tests/agent/program/program.h"

namespace preflight::test {
namespace {

using testing::HasSubstr;

/// `asked` of apply, `settings` for where its file would be, `state` to compare.
const std::string kAsked = kLongQueue + R"(
asked="--yes --only somaxconn_covers_backlog,sysctls_survive_boot"
settings=/etc/sysctl.d/zz-lbpreflight.conf
state() { (cd /etc/sysctl.d && find . ! -name . -printf '%p %m %U:%G\n' | sort; cat *; cat /proc/sys/net/core/somaxconn) 2>&1; }
)";

struct Fault {
  const char* name;
  const char* made;   // before apply
  const char* taken;  // after it
  const char* exit_code;
  const char* said;
};

class ApplyToAFault : public Program, public testing::WithParamInterface<Fault> {};

TEST_P(ApplyToAFault, EndsWithItsExitCodeAndLosesNothing) {
  const auto& fault = GetParam();
  const auto ran = run(kAsked + fault.made + R"(
state >$DIR/before
$LBPREFLIGHT apply $asked >$DIR/said 2>&1; echo $?
state >$DIR/after
)" + fault.taken + R"(
cmp $DIR/before $DIR/after && echo "as before"
$LBPREFLIGHT recover >/dev/null; echo "recover $?"
)");
  EXPECT_EQ(ran.out, std::string(fault.exit_code) + "\nas before\nrecover 0\n") << ran.err << sandbox().left("said");
  EXPECT_THAT(sandbox().left("said"), HasSubstr(fault.said));
}

INSTANTIATE_TEST_SUITE_P(
    Faults, ApplyToAFault,
    testing::Values(
        Fault{
            "AFullDisk",
            "mount -t tmpfs -o mode=755,size=4k tmpfs /etc/sysctl.d; head -c 4096 /dev/zero >/etc/sysctl.d/full || :\n",
            "", "4", "No space left on device"},
        Fault{"AFullDiskForTheJournal",
              "mount -t tmpfs -o mode=755,size=8k tmpfs /var/lib; head -c 8192 /dev/zero >/var/lib/full || :\n",
              "rm /var/lib/full\n", "4", "No space left on device"},
        Fault{"AReadOnlyDirectory", "mount -o remount,ro /etc/sysctl.d\n", "", "4", "Read-only file system"},
        Fault{"ABindMountedFile", "echo 'net.core.somaxconn = 8192' >$settings; mount --bind $settings $settings\n", "",
              "4", "Device or resource busy"},
        Fault{"ADirectoryInThePlaceOfAFile", "mkdir $settings\n", "", "6", "not a regular file"},
        Fault{"AFileThatOthersOwnTheDirectoryOf", "chown nobody /etc/sysctl.d\n", "", "6", "/etc/sysctl.d"},
        Fault{"AFileWithTwoNames", "echo 'net.core.somaxconn = 8192' >$settings; ln $settings /etc/sysctl.d/other\n",
              "", "6", "other names"}),
    [](const auto& info) { return std::string(info.param.name); });

class ALostReport : public Program {};

TEST_F(ALostReport, DoesNotHideHowItEnded) {
  const auto ran = run(kAsked + R"(
$LBPREFLIGHT apply $asked >/dev/full 2>&1; echo $?
$LBPREFLIGHT revert >/dev/full 2>&1; echo $?
mount -o remount,ro /etc/sysctl.d
$LBPREFLIGHT apply $asked >/dev/full 2>&1; echo $?
)");
  EXPECT_EQ(ran.out, "3\n3\n4\n") << ran.err;
}

class AnImmutableFile : public Program {};

TEST_F(AnImmutableFile, IsRolledBack) {
  const auto ran = run(kAsked + R"(
mkdir $DIR/sysctl.d; mount --bind $DIR/sysctl.d /etc/sysctl.d
echo 'net.core.somaxconn = 8192' >$settings
chattr +i $settings || { echo cannot; exit; }
state >$DIR/before
$LBPREFLIGHT apply $asked >$DIR/said 2>&1; echo $?
chattr -i $settings
state | cmp - $DIR/before && echo "as before"
$LBPREFLIGHT recover >/dev/null; echo "recover $?"
)");
  if (ran.out == "cannot\n") GTEST_SKIP() << "no file can be made immutable here";
  EXPECT_EQ(ran.out, "4\nas before\nrecover 0\n") << ran.err;
  EXPECT_THAT(sandbox().left("said"), HasSubstr("Operation not permitted"));
}

class EditedByOthers : public Program {};

TEST_F(EditedByOthers, AForeignEditIsLeftAloneAndShown) {
  const auto ran = run(kAsked + R"(
$LBPREFLIGHT apply $asked >/dev/null; echo $?
echo '# mine' >>$settings
state >$DIR/before
$LBPREFLIGHT revert >$DIR/said; echo $?
state | cmp - $DIR/before && echo "left alone"
$LBPREFLIGHT revert --keep-edited >/dev/null; echo $?
cat /proc/sys/net/core/somaxconn; tail -1 $settings
)");
  EXPECT_EQ(ran.out, "0\n6\nleft alone\n0\n4096\n# mine\n") << ran.err;
  EXPECT_THAT(sandbox().left("said"), HasSubstr("was changed by somebody else"));
  EXPECT_THAT(sandbox().left("said"), HasSubstr("+# mine"));
}

TEST_F(EditedByOthers, APlanOfAnotherHostIsStale) {
  const auto ran = run(kAsked + R"(
$LBPREFLIGHT plan ${asked#--yes } -o /var/lib/plan.json >/dev/null
echo 11111111111111111111111111111111 >$DIR/id; mount --bind $DIR/id /etc/machine-id
state >$DIR/before
$LBPREFLIGHT apply /var/lib/plan.json --yes; echo $?
state | cmp - $DIR/before && echo "as before"
)");
  EXPECT_THAT(ran.out, HasSubstr("machine-id"));
  EXPECT_THAT(ran.out, testing::EndsWith("\n6\nas before\n"));
}

TEST_F(EditedByOthers, APlanThatOthersMayWriteIsNotRead) {
  const auto ran = run(kAsked + R"(
$LBPREFLIGHT plan ${asked#--yes } -o /var/lib/plan.json >/dev/null
chmod 666 /var/lib/plan.json
$LBPREFLIGHT apply /var/lib/plan.json --yes 2>&1; echo $?
)");
  EXPECT_THAT(ran.out, testing::EndsWith("\n6\n"));
}

}  // namespace
}  // namespace preflight::test
