// SPDX-License-Identifier: Apache-2.0
// The exit code is what a timer or Ansible acts on: each documented one, by the built program.
#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using test::kSoundConfig;
using test::kTooLarge;
using ::testing::HasSubstr;

class ExitCode : public test::Program {};

TEST_F(ExitCode, ZeroWhereNothingIsWrong) {
  const auto ran = run(kSoundConfig + "$LBPREFLIGHT");
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("READY       this host can carry"));
  EXPECT_EQ(ran.err, "");
}

TEST_F(ExitCode, OneForFindingsAndZeroAgainWhereTheyAreNotAskedFor) {
  const auto ran = run(kTooLarge + "$LBPREFLIGHT");
  EXPECT_EQ(ran.status, 1) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("NOT READY   haproxy would not start: 1 reason"));
  EXPECT_EQ(run(kTooLarge + "$LBPREFLIGHT --skip nofile_covers_maxconn,file_max_covers_demand").status, 0);
}

TEST_F(ExitCode, FailOnSetsTheLine) {
  const std::string warning = kSoundConfig + "sed -i '/maxconn/d' /etc/haproxy/haproxy.cfg; $LBPREFLIGHT";
  EXPECT_EQ(run(warning).status, 0);
  EXPECT_EQ(run(warning + " --fail-on warning").status, 1);
  EXPECT_EQ(run("export LBPREFLIGHT_FAIL_ON=warning\n" + warning).status, 1);
  EXPECT_EQ(run(kSoundConfig + "$LBPREFLIGHT --fail-on info").status, 1) << "haproxy does not run";
}

TEST_F(ExitCode, TwoForAWrongRequestAndNothingOnStdout) {
  struct Request {
    const char* arguments;
    const char* complaint;
  };
  const Request requests[] = {
      {"--config $DIR/none.cfg", "none.cfg"},
      {"--config $DIR/none.cfg --config /etc/haproxy/haproxy.cfg", "none.cfg"},
      {"--only nofile_covers_maxcon", "nofile_covers_maxconn"},
      {"--skip no_such_check", "no_such_check"},
      {"--fail-on terrible", "terrible"},
      {"--policy $DIR/none.toml", "none.toml"},
      {"--policy $DIR", "directory"},
      {"--from $DIR/none.json", "none.json"},
      {"--instance other.service", "other.service"},
      {"--root $DIR/none", "none"},
      {"--root / --from x", "--from"},
      {"chek", "check"},
      {"--konfig x", "--config"},
  };
  for (const auto& request : requests) {
    const auto ran = run(kSoundConfig + "$LBPREFLIGHT " + request.arguments);
    EXPECT_EQ(ran.status, 2) << request.arguments;
    EXPECT_EQ(ran.out, "") << request.arguments;
    EXPECT_THAT(ran.err, HasSubstr(request.complaint));
  }
}

TEST_F(ExitCode, TwoForAWrongPolicyWithItsPlace) {
  const auto ran = run(kSoundConfig + R"(printf '[check.maxconn_is_set]\nseverity = "terrible"\n' >policy.toml
chmod 644 policy.toml
$LBPREFLIGHT --policy $DIR/policy.toml)");
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("/policy.toml:2:12"));
  EXPECT_THAT(ran.err, HasSubstr("warning")) << "what would be right";
}

TEST_F(ExitCode, TwoForADamagedBundle) {
  const auto ran = run(kSoundConfig + R"($LBPREFLIGHT record -o bundle.json || exit 99
size=$(stat -c %s bundle.json)
for keep in 0 1 $((size / 2)) $((size - 3)); do
  head -c $keep bundle.json >cut.json
  $LBPREFLIGHT --from cut.json
  [ $? = 2 ] || exit 98
done
sed 's/"mode": *[0-9]*/"mode":"x"/' bundle.json >wrong.json
$LBPREFLIGHT --from wrong.json)");
  EXPECT_EQ(ran.status, 2) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("cut.json"));
  EXPECT_THAT(ran.err, HasSubstr("wrong.json"));
}

TEST_F(ExitCode, ThreeWhereWhatMattersCouldNotBeSeen) {
  const auto ran = run(kSoundConfig + R"(chmod 666 /etc/haproxy/haproxy.cfg
$LBPREFLIGHT)");
  EXPECT_EQ(ran.status, 3) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("INCOMPLETE"));
  EXPECT_THAT(ran.out, HasSubstr("haproxy -c is not run on it as root"));
  EXPECT_EQ(run(kTooLarge + "chmod 666 /etc/haproxy/haproxy.cfg; $LBPREFLIGHT").status, 1) << "a finding comes first";
}

TEST_F(ExitCode, SixForAPolicyThatOthersMayWrite) {
  for (const char* wrong : {"chmod 666 policy.toml", "chmod 664 policy.toml", "chown 65534 policy.toml"}) {
    const auto ran = run(kSoundConfig + "touch policy.toml; chmod 644 policy.toml; " + wrong + R"(
$LBPREFLIGHT --policy $DIR/policy.toml)");
    EXPECT_EQ(ran.status, 6) << wrong;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, HasSubstr("policy.toml"));
  }
}

TEST_F(ExitCode, AWaiverHoldsUntilItsDayIsOver) {
  const std::string waived = kTooLarge + R"(cat >policy.toml <<END
[[waiver]]
check = "nofile_covers_maxconn"
subject = "*"
reason = "replaced in the spring"
owner = "traffic team"
expires = $(date -u -d "$DAY" +%F)
[check.file_max_covers_demand]
enabled = false
END
chmod 644 policy.toml
$LBPREFLIGHT -v --policy $DIR/policy.toml)";
  const auto today = run("DAY=now\n" + waived);
  EXPECT_EQ(today.status, 0) << today.out << today.err;
  EXPECT_THAT(today.out, HasSubstr("traffic team: replaced in the spring"));
  const auto late = run("DAY='-1 day'\n" + waived);
  EXPECT_EQ(late.status, 1) << late.out;
  EXPECT_THAT(late.out, HasSubstr("waiver expired on "));
}

TEST_F(ExitCode, AnEmptyTreeIsLookedAtWithoutAComplaint) {
  const auto ran = run("mkdir tree; $LBPREFLIGHT --root $DIR/tree");
  EXPECT_THAT(ran.status, ::testing::AnyOf(0, 3)) << ran.out << ran.err;
  EXPECT_EQ(ran.err, "");
}

TEST_F(ExitCode, AClosedOutputIsNotSuccess) { EXPECT_NE(run(kSoundConfig + "$LBPREFLIGHT >/dev/full").status, 0); }

}  // namespace
}  // namespace preflight
