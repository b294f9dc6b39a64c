// SPDX-License-Identifier: Apache-2.0
// Who may stand on a wanted port: this haproxy itself and nobody else.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check bind_ports_are_free;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::bind_ports_are_free;

World with_bind(const std::string& bind, const std::string& global = "") {
  World world;
  world.instance().binary->features.insert("QUIC");
  world.config("global\n  maxconn 100\n" + global + "listen l\n  mode http\n  bind " + bind + "\n");
  return world;
}

void give_user(World& world, std::uint32_t uid) {
  world.network().tcp_listeners->back().uid = uid;
  world.network().port_users->back().socket.uid = uid;
}

TEST(BindPortsAreFree, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(BindPortsAreFree, AnotherProgramIsNamed) {
  World world;
  world.listener("0.0.0.0", 443, 812, "nginx");
  const auto outcome = outcome_about(world.judge(kCheck), "bind:tcp/*:443");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(detail_of(outcome).observed->text, "*:443 is held by nginx (pid 812, nginx.service)");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/*:80")), "pass");
}

TEST(BindPortsAreFree, AddressesThatOverlapMeet) {
  struct Case {
    const char* bind;
    const char* listener;
    const char* expected;
  };
  for (const auto& one : {Case{"*:80", "127.0.0.1", "error"},
                          {"127.0.0.1:80", "0.0.0.0", "error"},
                          {"127.0.0.1:80", "127.0.0.2", "pass"},
                          {"[::]:80 v4v6", "127.0.0.1", "error"},
                          {"[::]:80 v6only", "127.0.0.1", "pass"},
                          {"[::1]:80", "127.0.0.1", "pass"},
                          {"127.0.0.1:80", "::", "error"},
                          {"127.0.0.1:79-81", "127.0.0.1", "error"},
                          {"127.0.0.1:81-90", "127.0.0.1", "pass"}}) {
    auto world = with_bind(one.bind);
    world.listener(one.listener, 80, 812, "nginx");
    EXPECT_EQ(worst(world.judge(kCheck)), one.expected) << one.bind << " beside " << one.listener;
  }
}

TEST(BindPortsAreFree, UdpAndTcpDoNotMeet) {
  auto world = with_bind("quic4@*:443 ssl crt /c.pem");
  world.listener("0.0.0.0", 443, 812, "nginx");
  EXPECT_EQ(worst(world.judge(kCheck)), "pass");
  auto& socket = world.network().port_users->back().socket;
  socket.protocol = Protocol::udp;
  socket.state = SocketState::close;
  EXPECT_EQ(worst(world.judge(kCheck)), "error");
  socket.state = SocketState::established;
  EXPECT_EQ(worst(world.judge(kCheck)), "warning") << "a client's";
}

TEST(BindPortsAreFree, OneFindingForABindHoweverManySockets) {
  auto world = with_bind("*:80-90");
  for (std::uint16_t port = 80; port <= 90; ++port) world.listener("0.0.0.0", port, 812, "nginx");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/*:80-90")), "error");
  world.squatter("10.0.0.5", 85, 813, "curl", SocketState::time_wait);
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/*:80-90")), "error");
}

TEST(BindPortsAreFree, AnotherHaproxyOfTheSameUserShares) {
  World world;
  world.listener("0.0.0.0", 443, 900, "haproxy");
  EXPECT_EQ(worst(world.judge(kCheck)), "warning");
  give_user(world, 1000);
  EXPECT_EQ(worst(world.judge(kCheck)), "error") << "of another user: the bind fails";
  world.instance().unit->user = "1000";
  EXPECT_EQ(worst(world.judge(kCheck)), "warning");
  world.instance().unit->user = "proxy";
  EXPECT_EQ(worst(world.judge(kCheck)), "warning") << "perhaps the same";
  give_user(world, 0);
  EXPECT_EQ(worst(world.judge(kCheck)), "error") << "certainly not root";
}

TEST(BindPortsAreFree, WithoutReusePortNobodyShares) {
  auto world = with_bind("*:80", "  noreuseport\n");
  world.listener("0.0.0.0", 80, 900, "haproxy");
  EXPECT_EQ(worst(world.judge(kCheck)), "error");
}

TEST(BindPortsAreFree, ARunningInstanceIsJudgedByTheUserOfItsListeners) {
  World world;
  world.running();
  world.instance().processes.front().process.uid = 106;  // root once, now dropped
  world.listener("0.0.0.0", 443, 900, "haproxy");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/*:443")), "warning");
}

TEST(BindPortsAreFree, ACandidateTakesThePortsOfTheOneItReplaces) {
  World world;
  world.running();
  world.instance().source = haproxy::ConfigSource::named;
  world.config("frontend web\n  mode http\n  bind 10.0.0.1:80\n  bind *:8443\n");
  EXPECT_EQ(worst(world.judge(kCheck)), "pass");
  world.listener("0.0.0.0", 8443, 812, "nginx");
  EXPECT_EQ(worst(world.judge(kCheck)), "error");
}

TEST(BindPortsAreFree, SocketsOfOldWorkersAreOurs) {
  World world;
  world.running();
  auto old = world.instance().processes.back();
  old.role = haproxy::Role::old_worker;
  old.process.pid = 99;
  world.instance().processes.push_back(old);
  world.listener("0.0.0.0", 443, 99, "haproxy");
  EXPECT_EQ(worst(world.judge(kCheck)), "pass");
}

TEST(BindPortsAreFree, AnOwnerNobodySees) {
  World stopped;
  stopped.listener("0.0.0.0", 443, 0, "");
  stopped.network().port_users->back().owners_complete = false;
  EXPECT_EQ(worst(stopped.judge(kCheck)), "error") << "haproxy does not run, so it is somebody else's";
  World running;
  running.running().listener("0.0.0.0", 443, 0, "");
  running.network().port_users->back().owners_complete = false;
  EXPECT_EQ(worst(running.judge(kCheck)), "unknown");
}

TEST(BindPortsAreFree, ClientsInTheWay) {
  for (const bool running : {false, true}) {
    auto world = with_bind("*:40000");
    if (running) world.running();
    world.squatter("10.0.0.5", 40000, 813, "curl");
    EXPECT_EQ(worst(world.judge(kCheck)), "warning") << running;
  }
  auto waiting = with_bind("*:40000");
  waiting.squatter("10.0.0.5", 40000, 0, "", SocketState::time_wait);
  EXPECT_EQ(worst(waiting.judge(kCheck)), "info");
  auto elsewhere = with_bind("10.0.0.6:40000");
  elsewhere.squatter("10.0.0.5", 40000, 813, "curl");
  EXPECT_EQ(worst(elsewhere.judge(kCheck)), "pass");
}

TEST(BindPortsAreFree, AcceptedConnectionsAreNotSquatters) {
  auto world = with_bind("*:40000");
  world.running().listener("0.0.0.0", 40000, 101, "haproxy");
  world.squatter("10.0.0.5", 40000, 101, "haproxy");
  world.squatter("10.0.0.5", 40000, 0, "", SocketState::time_wait);
  EXPECT_EQ(worst(world.judge(kCheck)), "pass");
}

TEST(BindPortsAreFree, AHostNameIsUnknownOnlyWhereItMatters) {
  auto world = with_bind("lb.example.net:8080");
  world.listener("0.0.0.0", 80, 812, "nginx");
  EXPECT_EQ(worst(world.judge(kCheck)), "pass") << "nobody is on 8080";
  world.listener("10.0.0.9", 8080, 812, "nginx");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/lb.example.net:8080")), "unknown");
}

TEST(BindPortsAreFree, DevicesAndNamespacesSeparate) {
  auto device = with_bind("*:80 interface eth1");
  device.listener("0.0.0.0", 80, 812, "nginx");
  EXPECT_EQ(worst(device.judge(kCheck)), "error") << "a listener on every device";
  device.network().port_users->back().socket.interface = 2;
  EXPECT_EQ(worst(device.judge(kCheck)), "pass");
  auto apart = with_bind("*:80 namespace blue");
  apart.listener("0.0.0.0", 80, 812, "nginx");
  EXPECT_EQ(worst(apart.judge(kCheck)), "not applicable");
}

TEST(BindPortsAreFree, WhatCannotBeReadIsUnknown) {
  World world;
  world.network().port_users = fail(std::errc::permission_denied, "sock_diag", "refused");
  EXPECT_EQ(worst(world.judge(kCheck)), "unknown");
}

TEST(BindPortsAreFree, NoBindIsNotApplicable) {
  EXPECT_EQ(worst(World().config("backend b\n").judge(kCheck)), "not applicable");
}

}  // namespace
}  // namespace preflight::test
