// SPDX-License-Identifier: Apache-2.0
// Whatever a path names, the run ends soon, with a documented exit code, and without a crash.
#include "tests/agent/program/program.h"

namespace preflight {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class HostileFile : public test::Program {};

TEST_F(HostileFile, WhatIsNoFileIsNotRead) {
  const auto ran = run(R"(mkfifo /etc/haproxy/fifo
mkdir /etc/haproxy/nothing
for path in fifo ../../dev/zero ../../dev/full ../../proc/self/mem ../../run; do
  timeout 20 $LBPREFLIGHT --config /etc/haproxy/$path || echo "$path $?"
done >seen
timeout 20 $LBPREFLIGHT --config /etc/haproxy/nothing >>seen; echo "nothing $?" >>seen)");
  const auto seen = sandbox().left("seen");
  EXPECT_THAT(seen, HasSubstr("fifo 2\n")) << ran.err;
  EXPECT_THAT(seen, HasSubstr("dev/zero 2\n"));
  EXPECT_THAT(seen, HasSubstr("dev/full 2\n"));
  EXPECT_THAT(seen, HasSubstr("proc/self/mem 2\n"));
  EXPECT_THAT(ran.err, HasSubstr("fifo"));
}

TEST_F(HostileFile, BytesLinesAndSizesWithoutSense) {
  struct File {
    const char* name;
    const char* make;
  };
  const File files[] = {
      {"binary", "head -c 1000000 /dev/urandom >/etc/haproxy/haproxy.cfg"},
      {"one line of 64 MiB", "head -c 67108864 /dev/zero | tr '\\0' a >/etc/haproxy/haproxy.cfg"},
      {"64 MiB without a letter", "head -c 67108864 /dev/zero >/etc/haproxy/haproxy.cfg"},
      {"a million lines", "(echo frontend f; yes ' timeout client 5s' | head -1000000) >/etc/haproxy/haproxy.cfg"},
      {"one bind 10,000 times",
       "(echo frontend f; yes ' bind 127.0.0.1:8080' | head -10000) >/etc/haproxy/haproxy.cfg"},
      {"a million sections", "yes 'frontend f' | head -1000000 >/etc/haproxy/haproxy.cfg"},
      {"100,000 servers", "(echo backend b; seq -f ' server s%.0f 127.0.0.1:9000' 100000) >/etc/haproxy/haproxy.cfg"},
  };
  for (const auto& file : files) {
    const auto ran = run(std::string(file.make) + "\ntimeout 120 $LBPREFLIGHT --skip config_is_valid");
    EXPECT_THAT(ran.status, AnyOf(0, 1, 3)) << file.name << ": " << ran.err;
    EXPECT_LT(ran.out.size(), std::size_t{64} * 1024) << file.name;
    EXPECT_TRUE(test::is_safe_on_a_terminal(ran.out + ran.err)) << file.name;
  }
}

TEST_F(HostileFile, HaproxysOwnVerdictIsQuoted) {
  const auto ran = run(R"(printf 'global\n maxconn 1000\nfrontend f\n bind 127.0.0.1:8080\n frobnicate now\n' \
  >/etc/haproxy/haproxy.cfg
$LBPREFLIGHT)");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("haproxy refuses the configuration"));
  EXPECT_THAT(ran.out, HasSubstr("frobnicate"));
  EXPECT_THAT(ran.out, HasSubstr("haproxy.cfg:5"));
}

TEST_F(HostileFile, EscapesInNamesReachNoTerminal) {
  const auto ran = run(R"(name=$(printf 'evil\033[2J\033]0;owned\007\r\302\233x')
mkdir "$name"
printf 'global\n maxconn 900000000\nfrontend ab\n bind 127.0.0.1:8080 name \033[41m\n bind 127.0.0.1:8080\n' \
  >"$name/haproxy.cfg"
perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:8080") or die;
  open my $c, ">", "/proc/self/comm"; syswrite $c, "a\e[5mb\rc"; close $c; open my $up, ">", "up"; sleep' &
until [ -e up ]; do sleep 0.1; done
for words in "check -v" "check --format json" facts "check --color always -q" "check --instance x"; do
  $LBPREFLIGHT $words --config "$name/haproxy.cfg"
done
$LBPREFLIGHT check --policy "$name"
$LBPREFLIGHT explain "$name"
$LBPREFLIGHT "$name"
exit 0)");
  EXPECT_THAT(ran.out, HasSubstr("a\\x1B[5mb")) << "the process that holds the port";
  EXPECT_THAT(ran.out, HasSubstr("evil\\x1B[2J"));
  EXPECT_TRUE(test::is_safe_on_a_terminal(ran.out)) << ran.out;
  EXPECT_TRUE(test::is_safe_on_a_terminal(ran.err)) << ran.err;
  EXPECT_EQ((ran.out + ran.err).find("\302\233"), std::string::npos) << "CSI as one character";
}

}  // namespace
}  // namespace preflight
