// SPDX-License-Identifier: Apache-2.0
// A bundle judged elsewhere gives the verdict of the host it was recorded on, and gives away none of its secrets.
#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Record : public test::Program {};

/// A running haproxy with one secret in each place where people put them, each with "canary" in it.
const std::string kSecrets = R"(
cat >/etc/haproxy/haproxy.cfg <<'CONFIG'
global
  maxconn 1000
  stats socket /run/haproxy-canarytest.sock mode 600
  setenv API_TOKEN canary-setenv-1
  lua-prepend-path /opt/?.lua
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
userlist people
  user alice insecure-password canary-userlist-2
  user bob password $6$canary$hash3
frontend web
  bind 127.0.0.1:8080
  stats enable
  stats auth admin:canary-stats-4
  http-request set-header Authorization "Bearer canary-header-5"
  http-request set-header X-Token "${API_TOKEN}"
  acl known http_auth(people)
  default_backend app
backend app
  server a 127.0.0.1:9000
  http-request set-header X-Backend "${BACKEND_PASSWORD-none}"
CONFIG
export BACKEND_PASSWORD=canary-environment-6 DB_SECRET=canary-environment-7
/usr/sbin/haproxy -W -D -f /etc/haproxy/haproxy.cfg -p /run/canarytest.pid >started 2>&1 || { cat started; exit 99; }
until ss -Hltn | grep -q :8080 && pgrep -c haproxy | grep -qx 2; do sleep 0.05; done
unset BACKEND_PASSWORD DB_SECRET
)";

TEST_F(Record, TheReplayIsTheLiveReport) {
  const auto ran = run(kSecrets + R"(
for words in "--format json --skip file_max_covers_demand" "-v --skip file_max_covers_demand"; do  # everybody opens files
  $LBPREFLIGHT $words >live; echo $? >live.status
  rm -f bundle.json; $LBPREFLIGHT record -o bundle.json
  $LBPREFLIGHT $words --from bundle.json >replayed; echo $? >replayed.status
  cmp live.status replayed.status
  sed '/"took_ms"/d; /"taken_at"/d; s/ on 20..-..-..$//; s/ | [0-9]* ms$//' live >a
  sed '/"took_ms"/d; /"taken_at"/d; s/ on 20..-..-..$//; s/ | [0-9]* ms$//' replayed >b
  diff a b
done)");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(sandbox().left("replayed"), HasSubstr("running, 1 worker")) << "it is the running one that was judged";
}

TEST_F(Record, NoSecretLeavesTheHost) {
  const auto ran = run(kSecrets + R"(
$LBPREFLIGHT record -o bundle.json
$LBPREFLIGHT facts --format json >facts.json
$LBPREFLIGHT -v >report; $LBPREFLIGHT --format json >report.json; $LBPREFLIGHT record -o - >standard.json)");
  EXPECT_EQ(ran.err, "");
  for (const char* file : {"bundle.json", "standard.json", "facts.json", "report", "report.json"}) {
    const auto text = sandbox().left(file);
    EXPECT_GT(text.size(), 100U) << file;
    for (const char* secret : {"canary-setenv-1", "canary-userlist-2", "$6$canary$hash3", "canary-stats-4",
                               "canary-header-5", "canary-environment-6", "canary-environment-7"}) {
      EXPECT_THAT(text, Not(HasSubstr(secret))) << file;
    }
  }
  EXPECT_THAT(sandbox().left("bundle.json"), HasSubstr("bind 127.0.0.1:8080")) << "the rest is there";
}

TEST_F(Record, ABundleIsNobodyElsesAndReplacesNothing) {
  const auto ran = run(kSecrets + R"(
umask 0
$LBPREFLIGHT record -o bundle.json; stat -c %a bundle.json
$LBPREFLIGHT record -o bundle.json; echo $?
ln -s /etc/haproxy/created link.json; $LBPREFLIGHT record -o link.json; echo $?; ls /etc/haproxy)");
  EXPECT_EQ(ran.out, "600\n2\n2\nhaproxy.cfg\n") << ran.err;
}

}  // namespace
}  // namespace preflight
