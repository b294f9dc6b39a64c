// SPDX-License-Identifier: Apache-2.0
// Real listeners in the way of a configuration: found, and named with their process, where haproxy itself would fail.
#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using ::testing::HasSubstr;

/// Starts a listener of its own process: `listen ADDRESS PORT [V6ONLY]`.
const std::string kListen = R"(
cat >listener.pl <<'END'
use Socket qw(:all);
my ($address, $port, $only) = @ARGV;
my $v6 = $address =~ /:/;
socket(my $s, $v6 ? PF_INET6 : PF_INET, SOCK_STREAM, 0) or die;
setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, $only ? 1 : 0) if $v6;
my $ip = inet_pton($v6 ? AF_INET6 : AF_INET, $address);
bind($s, $v6 ? pack_sockaddr_in6($port, $ip) : pack_sockaddr_in($port, $ip)) && listen($s, 5) or die $!;
$0 = "squatter";
open my $up, ">", "up.$$"; rename "up.$$", "up"; sleep;
END
hold() { rm -f up; perl listener.pl "$@" & until [ -e up ]; do sleep 0.05; done; }
config() {
  printf 'global\n maxconn 100\ndefaults\n mode tcp\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n' \
    >/etc/haproxy/haproxy.cfg
  printf 'listen l\n bind %s\n server s 127.0.0.1:9\n' "$1" >>/etc/haproxy/haproxy.cfg
}
)";

/// haproxy itself is the judge: it is started, and it stays or it does not.
const std::string kReally = R"(
timeout 2 /usr/sbin/haproxy -db -f /etc/haproxy/haproxy.cfg >really 2>&1
[ $? = 124 ] && echo starts >really
)";

class Listeners : public test::Program {};

TEST_F(Listeners, TheOwnerIsNamed) {
  const auto ran = run(kListen + "hold 127.0.0.1 8080\nconfig 127.0.0.1:8080\n$LBPREFLIGHT --format json\n" + kReally);
  const auto found = test::results_of(test::parsed(ran), "bind_ports_are_free");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("outcome"), "fail");
  EXPECT_EQ(found[0].at("severity"), "error");
  EXPECT_THAT(found[0].at("why").get<std::string>(), HasSubstr("127.0.0.1:8080 is held by squatter (pid "));
  EXPECT_THAT(sandbox().left("really"), HasSubstr("Address already in use"));
}

TEST_F(Listeners, OverlapsAreTheKernels) {
  struct Case {
    const char* held;    // address, port, v6only
    const char* wanted;  // a bind
  };
  const Case cases[] = {
      {"0.0.0.0 8080", ":8080"},
      {"0.0.0.0 8080", "127.0.0.1:8080"},
      {"127.0.0.1 8080", ":8080"},
      {"127.0.0.1 8080", "127.0.0.2:8080"},
      {"127.0.0.1 8080", "127.0.0.1:8081"},
      {":: 8080", ":8080"},
      {":: 8080 only", ":8080"},
      {"0.0.0.0 8080", ":::8080 v4v6"},
      {"0.0.0.0 8080", ":::8080 v6only"},
      {"::1 8080", ":::8080 v4v6"},
      {"::1 8080", "127.0.0.1:8080"},
      {":: 8080", "127.0.0.1:8080"},
      {"::ffff:127.0.0.1 8080", "127.0.0.1:8080"},
      {"127.0.0.1 8085", "127.0.0.1:8080-8090"},
  };
  for (const auto& c : cases) {
    const auto ran = run(kListen + "hold " + c.held + "\nconfig '" + c.wanted +
                         "'\n$LBPREFLIGHT --format json --only bind_ports_are_free\n" + kReally);
    const bool starts = sandbox().left("really") == "starts\n";
    const auto found = test::results_of(test::parsed(ran), "bind_ports_are_free");
    ASSERT_FALSE(found.empty()) << c.held << " against " << c.wanted;
    EXPECT_EQ(found[0].at("outcome"), starts ? "pass" : "fail")
        << c.held << " against " << c.wanted << ": haproxy " << sandbox().left("really");
  }
}

TEST_F(Listeners, ItsOwnAreNotInItsWay) {
  const auto ran = run(kListen + R"(config :8080
sed -i '1a daemon' /etc/haproxy/haproxy.cfg
/usr/sbin/haproxy -W -D -f /etc/haproxy/haproxy.cfg >started 2>&1
until ss -Hltn | grep -q :8080; do sleep 0.05; done
$LBPREFLIGHT --format json)");
  const auto report = test::parsed(ran);
  EXPECT_EQ(test::results_of(report, "bind_ports_are_free").at(0).at("outcome"), "pass");
  EXPECT_EQ(report.at("instances").at(0).at("state"), "running");
}

}  // namespace
}  // namespace preflight
