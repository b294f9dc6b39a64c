// SPDX-License-Identifier: Apache-2.0
// Each kind of log target, read by somebody and by nobody.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check log_targets_are_reachable;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::log_targets_are_reachable;

World with_log(const std::string& target, const std::string& more = "") {
  World world;
  world.config("global\n  log " + target + " local0\nlisten l\n  mode http\n  bind *:80\n  log global\n" + more);
  return world;
}

World& with_udp(World& world, std::string_view address, std::uint16_t port, SocketState state = SocketState::close) {
  SocketEntry socket;
  socket.protocol = Protocol::udp;
  socket.state = state;
  socket.local = *parse_ip(std::string(address));
  socket.local_port = port;
  world.network().udp_sockets->push_back(socket);
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(LogTargetsAreReachable, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "not applicable");
  EXPECT_EQ(judged(with_log("/dev/log").log_socket("/dev/log")), "pass");
}

TEST(LogTargetsAreReachable, ASocketThatNobodyMadeLosesEveryMessage) {
  World world = with_log("/dev/log");
  world.no_log_socket("/dev/log");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "log:/dev/log")), "warning");
  EXPECT_EQ(judged(with_log("/dev/log").log_socket("/dev/log", FileKind::regular)), "warning");
}

TEST(LogTargetsAreReachable, LoopbackNeedsAReader) {
  World world = with_log("127.0.0.1");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "log:127.0.0.1")), "warning");
  EXPECT_EQ(judged(with_udp(world, "127.0.0.1", 513)), "warning");
  EXPECT_EQ(judged(with_udp(world, "127.0.0.1", 514, SocketState::established)), "warning") << "somebody's client";
  EXPECT_EQ(judged(with_udp(world, "127.0.0.1", 514)), "pass");
  World any = with_log("127.0.0.1:5140");
  EXPECT_EQ(judged(with_udp(any, "0.0.0.0", 5140)), "pass");
  World six = with_log("[::1]:514");
  EXPECT_EQ(judged(with_udp(six, "0.0.0.0", 514)), "warning");
  EXPECT_EQ(judged(with_udp(six, "::", 514)), "pass");
}

TEST(LogTargetsAreReachable, ByTcpAListenerIsNeeded) {
  World world = with_log("tcp@127.0.0.1:1514");
  EXPECT_EQ(judged(with_udp(world, "127.0.0.1", 1514)), "warning");
  world.listener("127.0.0.1", 1514, 800, "rsyslogd");
  EXPECT_EQ(judged(world), "pass");
}

TEST(LogTargetsAreReachable, RingsMustBeDefined) {
  const auto outcome = outcome_about(with_log("ring@mine").judge(kCheck), "log:ring@mine");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(judged(with_log("ring@mine", "ring mine\n  size 32768\n")), "pass");
  EXPECT_EQ(judged(with_log("ring@buf0")), "pass") << "haproxy's own";
  EXPECT_EQ(judged(with_log("ring@stdout")), "error") << "a sink, but no ring";
  World newer = with_log("ring@dpapi");
  EXPECT_EQ(judged(newer), "error");
  newer.instance().binary->version = {3, 2, 0};
  EXPECT_EQ(judged(newer), "pass");
}

TEST(LogTargetsAreReachable, DescriptorsAreFine) {
  EXPECT_EQ(judged(with_log("stdout")), "pass");
  EXPECT_EQ(judged(with_log("stderr")), "pass");
  EXPECT_EQ(judged(with_log("fd@2")), "pass");
}

TEST(LogTargetsAreReachable, LogsOfProxiesCountTooUnlessTheyAreDisabled) {
  World world;
  world.config("defaults\n  log 127.0.0.1 local0\nlisten a\n  bind *:80\nlisten b\n  bind *:81\n");
  EXPECT_EQ(world.judge(kCheck).size(), 1U);
  EXPECT_EQ(judged(world), "warning");
  world.config("defaults\n  log 127.0.0.1 local0\nlisten a\n  bind *:80\n  no log\n");
  EXPECT_EQ(judged(world), "not applicable");
  world.config("defaults\n  log 127.0.0.1 local0\nlisten a\n  bind *:80\n  disabled\n");
  EXPECT_EQ(judged(world), "not applicable");
}

TEST(LogTargetsAreReachable, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(World().no_config()), "unknown");
  EXPECT_EQ(judged(with_log("/dev/log").no_log_socket("/dev/log", std::errc::permission_denied)), "unknown");
  EXPECT_EQ(judged(with_log("/dev/log")), "unknown") << "not looked at";
  World world = with_log("127.0.0.1");
  world.network().udp_sockets = fail(std::errc::permission_denied, "udp sockets", "refused");
  EXPECT_EQ(judged(world), "unknown");
}

TEST(LogTargetsAreReachable, NotApplicable) {
  EXPECT_EQ(judged(with_log("192.0.2.5:514")), "not applicable") << "another host";
  EXPECT_EQ(judged(with_log("logs.example.net:514")), "not applicable");
  EXPECT_EQ(judged(with_log("abns@log")), "not applicable");
  World chrooted;
  chrooted.config("global\n  chroot /var/lib/haproxy\n  log /dev/log local0\nlisten l\n  bind *:80\n");
  EXPECT_EQ(judged(chrooted), "not applicable") << "chroot_is_complete judges it";
}

}  // namespace
}  // namespace preflight::test
