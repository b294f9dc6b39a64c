// SPDX-License-Identifier: Apache-2.0
// Without root, without all of /proc, without a writable /proc/sys: what cannot be seen is said, never passed over.
#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using test::kSoundConfig;
using ::testing::HasSubstr;

/// The program where nobody can reach it, and a way to be nobody.
const std::string kNobody = R"(
mkdir -p /etc/haproxy/bin && cp "$LBPREFLIGHT" /etc/haproxy/bin/ && chmod 755 /etc/haproxy/bin/lbpreflight
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups /etc/haproxy/bin/lbpreflight "$@"; }
)";

const std::string kRunning = kSoundConfig + R"(
/usr/sbin/haproxy -W -D -f /etc/haproxy/haproxy.cfg >started 2>&1
until ss -Hltn | grep -q :8080 && pgrep -c haproxy | grep -qx 2; do sleep 0.05; done
)";

class Permissions : public test::Program {};

TEST_F(Permissions, NobodyIsToldWhatNeedsRoot) {
  const auto ran = run(kRunning + kNobody + "as_nobody");
  EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("INCOMPLETE"));
  EXPECT_THAT(ran.out, HasSubstr("as uid 65534"));
  EXPECT_THAT(ran.out, HasSubstr("hint: run as root, permission was lacking for "));
  EXPECT_EQ(run(kRunning + "$LBPREFLIGHT --skip unit_limit_is_live").status, 0) << "root sees all of it";
}

TEST_F(Permissions, NobodyIsRefusedAConfigurationOfModeSixHundred) {
  const auto ran = run(kSoundConfig + kNobody + "chmod 600 /etc/haproxy/haproxy.cfg; as_nobody");
  EXPECT_EQ(ran.status, 3) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("Permission denied"));
  const auto named =
      run(kSoundConfig + kNobody + "chmod 600 /etc/haproxy/haproxy.cfg; as_nobody --config /etc/haproxy/haproxy.cfg");
  EXPECT_EQ(named.status, 2) << "--config names what cannot be read";
}

TEST_F(Permissions, HiddenProcessesAreNotTakenForFreePorts) {
  const auto ran = run(kRunning + kNobody + R"(
mount -o remount,hidepid=2 /proc || exit 77
as_nobody --format json)");
  if (ran.status == 77) GTEST_SKIP() << "this kernel does not remount /proc with hidepid";
  EXPECT_NE(ran.status, 0) << ran.out;
  const auto found = test::results_of(test::parsed(ran), "bind_ports_are_free");
  ASSERT_FALSE(found.empty());
  EXPECT_NE(found[0].at("outcome"), "pass") << "somebody listens there";
}

TEST_F(Permissions, AReadOnlyProcSysIsAllItNeeds) {
  const auto ran = run(kSoundConfig + R"(
mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys || exit 77
$LBPREFLIGHT)");
  if (ran.status == 77) GTEST_SKIP() << "/proc/sys cannot be mounted read-only here";
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
}

TEST_F(Permissions, AMaskedProcSysIsUnknownAndNamed) {
  const auto ran = run(kSoundConfig + "mount -t tmpfs tmpfs /proc/sys\n$LBPREFLIGHT");
  EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("fs.nr_open: No such file"));
}

}  // namespace
}  // namespace preflight
