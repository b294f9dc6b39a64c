// SPDX-License-Identifier: Apache-2.0
// Two proxies on one address and port start together and share its connections at random.
#include <chrono>

#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check bind_ports_are_distinct;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::bind_ports_are_distinct;

World two(const std::string& first, const std::string& second, const std::string& global = "  nbthread 8\n") {
  World world;
  world.instance().binary->features.insert("QUIC");
  world.config("global\n" + global + "defaults\n  mode http\nfrontend a\n  bind " + first + "\nfrontend b\n  bind " +
               second + "\n");
  return world;
}

std::string judged(const std::string& first, const std::string& second) {
  return worst(two(first, second).judge(kCheck));
}

TEST(BindPortsAreDistinct, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(BindPortsAreDistinct, OneAddressInTwoProxies) {
  const auto outcome = outcome_about(two("*:80", "0.0.0.0:80").judge(kCheck), "bind:tcp/*:80");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_FALSE(std::get<Fail>(outcome).prevents_start) << "both start";
  EXPECT_EQ(detail_of(outcome).observed->text, "frontend a and frontend b");
  EXPECT_EQ(detail_of(outcome).where.origin.line, 8U);
}

TEST(BindPortsAreDistinct, WhatIsDistinct) {
  EXPECT_EQ(judged("*:80", "10.0.0.1:80"), "pass") << "the more specific one wins";
  EXPECT_EQ(judged("*:80", "*:81"), "pass");
  EXPECT_EQ(judged("*:80", "[::]:80 v6only"), "pass");
  EXPECT_EQ(judged("*:443 ssl crt /c.pem", "quic4@*:443 ssl crt /c.pem"), "pass");
  EXPECT_EQ(judged("*:80 interface eth0", "*:80 interface eth1"), "pass");
  EXPECT_EQ(judged("*:80 interface eth0", "*:80 interface eth0"), "error");
  EXPECT_EQ(judged("*:80 namespace blue", "*:80"), "pass");
  EXPECT_EQ(judged("*:80 namespace blue", "*:80 namespace blue"), "error");
}

TEST(BindPortsAreDistinct, ThreadSetsOnlyWhereDisjoint) {
  struct Case {
    const char* first;
    const char* second;
    const char* expected;
  };
  for (const auto& one : {Case{"1-2", "3-4", "pass"},
                          {"1-2", "2-4", "error"},
                          {"odd", "even", "pass"},
                          {"odd", "all", "error"},
                          {"odd", "2", "pass"},
                          {"1-4", "5-", "pass"},
                          {"1-5", "5-", "error"},
                          {"1/1-4", "5-8", "pass"},
                          {"1/1-4", "4", "error"},
                          {"1,3,5", "2,4", "pass"}}) {
    EXPECT_EQ(judged(std::string("*:80 thread ") + one.first, std::string("*:80 thread ") + one.second), one.expected)
        << one.first << " beside " << one.second;
  }
  EXPECT_EQ(judged("*:80 thread 1-2", "*:80"), "error") << "no set is every thread";
}

TEST(BindPortsAreDistinct, GroupsDivideTheThreads) {
  const std::string groups = "  nbthread 8\n  thread-groups 2\n";
  EXPECT_EQ(worst(two("*:80 thread 1/all", "*:80 thread 2/all", groups).judge(kCheck)), "pass");
  EXPECT_EQ(worst(two("*:80 thread 2/1", "*:80 thread 5", groups).judge(kCheck)), "error") << "the same thread";
}

TEST(BindPortsAreDistinct, RangesMeetAtTheirEnds) {
  EXPECT_EQ(judged("*:1000-1999", "*:2000"), "pass");
  EXPECT_EQ(judged("*:1000-2000", "*:2000"), "error");
  EXPECT_EQ(judged("*:1500", "*:1000-2000"), "error");
  World world;
  world.config(
      "defaults\n  mode http\nfrontend a\n  bind *:1000-1500\nfrontend b\n  bind *:1400-2000\n"
      "frontend c\n  bind *:1600\n");
  const auto outcomes = world.judge(kCheck);
  EXPECT_EQ(verdict(outcome_about(outcomes, "bind:tcp/*:1400-2000")), "error");
  EXPECT_EQ(verdict(outcome_about(outcomes, "bind:tcp/*:1600")), "error");
}

TEST(BindPortsAreDistinct, TwiceInOneProxyIsOne) {
  World world;
  world.config("frontend a\n  mode http\n  bind *:80\n  bind *:80\n");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/*:80")), "pass");
  world.config("frontend a\n  mode http\n  bind *:443\n  bind *:443 ssl crt /c.pem\n");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/*:443")), "error") << "half of them speak TLS";
}

TEST(BindPortsAreDistinct, WithoutReusePortTheSecondFails) {
  World world;
  world.config("global\n  noreuseport\nfrontend a\n  mode http\n  bind *:80\n  bind *:80\n");
  const auto outcome = outcome_about(world.judge(kCheck), "bind:tcp/*:80");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
}

TEST(BindPortsAreDistinct, WithoutReusePortAWildcardCollidesWithItsAddresses) {
  struct Case {
    const char* first;
    const char* second;
    const char* subject;
    const char* expected;
  };
  for (const auto& one : {Case{"*:80", "127.0.0.1:80", "bind:tcp/127.0.0.1:80", "error"},
                          {"127.0.0.1:80", "*:79-81", "bind:tcp/*:79-81", "error"},
                          {"*:80", "[::]:80", "bind:tcp/*:80", "error"},  // IPv6 is bound first
                          {"*:80", "[::]:80 v6only", "bind:tcp/[::]:80", "pass"},
                          {"127.0.0.1:80", "[::]:80 v4v6", "bind:tcp/127.0.0.1:80", "error"},
                          {"*:80", "[::1]:80", "bind:tcp/[::1]:80", "pass"},
                          {"127.0.0.1:80", "127.0.0.2:80", "bind:tcp/127.0.0.2:80", "pass"},
                          {"*:80", "127.0.0.1:81", "bind:tcp/127.0.0.1:81", "pass"}}) {
    const auto outcome = outcome_about(two(one.first, one.second, "  noreuseport\n").judge(kCheck), one.subject);
    EXPECT_EQ(verdict(outcome), one.expected) << one.first << " and " << one.second;
  }
}

TEST(BindPortsAreDistinct, WithoutReusePortASocketOfNoDeviceCollidesWithThoseOfAny) {
  struct Case {
    const char* first;
    const char* second;
    const char* subject;
    const char* expected;
  };
  for (const auto& one : {Case{"*:80", "*:80 interface lo", "bind:tcp/*:80", "error"},
                          {"*:80 interface lo", "127.0.0.1:80", "bind:tcp/127.0.0.1:80", "error"},
                          {"*:80", "127.0.0.1:80 interface lo", "bind:tcp/127.0.0.1:80", "error"},
                          {"127.0.0.1:80 interface lo", "127.0.0.1:80", "bind:tcp/127.0.0.1:80", "error"},
                          {"127.0.0.1:80 interface lo", "127.0.0.2:80", "bind:tcp/127.0.0.2:80", "pass"},
                          {"*:80 interface lo", "127.0.0.1:80 interface lo", "bind:tcp/127.0.0.1:80", "error"},
                          {"*:80 interface lo", "127.0.0.1:80 interface eth0", "bind:tcp/127.0.0.1:80", "pass"},
                          {"*:80 interface lo", "*:80 interface eth0", "bind:tcp/*:80", "pass"},
                          {"*:80 interface lo", "[::]:80", "bind:tcp/*:80", "error"},
                          {"[::]:80 interface lo", "*:80 interface eth0", "bind:tcp/*:80", "pass"},
                          {"*:80 interface lo", "*:81", "bind:tcp/*:81", "pass"}}) {
    const auto outcome = outcome_about(two(one.first, one.second, "  noreuseport\n").judge(kCheck), one.subject);
    EXPECT_EQ(verdict(outcome), one.expected) << one.first << " and " << one.second;
    EXPECT_EQ(judged(one.first, one.second), "pass") << "with SO_REUSEPORT the closer one is chosen";
  }
}

TEST(BindPortsAreDistinct, ShardsWithoutReusePortCollideWithThemselves) {
  const std::string start = "global\n  noreuseport\n  nbthread 4\nfrontend a\n  mode http\n  bind *:80";
  World world;
  const auto judged = [&](const std::string& options) {
    return outcome_about(world.config(start + options + "\n").judge(kCheck), "bind:tcp/*:80");
  };
  ASSERT_EQ(world.instance().binary->version.major, 2);
  const auto outcome = judged(" shards by-thread");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(verdict(judged(" shards 1")), "pass");
  EXPECT_EQ(verdict(judged(" shards by-thread thread 2")), "pass") << "one thread, one shard";
  world.instance().binary->version = {3, 2, 0};
  EXPECT_EQ(verdict(judged(" shards by-thread")), "pass") << "one socket for all of them";
}

TEST(BindPortsAreDistinct, StatsSocketsAndPeersListenToo) {
  World world;
  world.config("global\n  stats socket 127.0.0.1:9999\nfrontend a\n  mode http\n  bind 127.0.0.1:9999\n");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/127.0.0.1:9999")), "error");
}

TEST(BindPortsAreDistinct, AnUnknownNumberOfThreadsStillTellsSetsApart) {
  auto world = two("*:80 thread 1-2", "*:80 thread 3-4", "");
  world.instance().binary = fail(std::errc::no_such_file_or_directory, "haproxy", "not installed");
  EXPECT_EQ(worst(world.judge(kCheck)), "pass");
}

TEST(BindPortsAreDistinct, NoBindIsNotApplicable) {
  EXPECT_EQ(worst(World().config("backend b\n").judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(World().config("listen l\n  mode http\n  bind lb.example.net:80\n").judge(kCheck)), "not applicable");
}

TEST(BindPortsAreDistinct, ThousandsOfBindsAreNoTrouble) {
  std::string config = "defaults\n  mode http\n";
  for (int i = 0; i < 20000; ++i) config += "frontend f" + std::to_string(i) + "\n  bind *:80\n";
  config += "frontend same\n";
  for (int i = 0; i < 20000; ++i) config += "  bind *:81\n";
  World world;
  world.config(config);
  EXPECT_EQ(worst(world.judge(kCheck)), "error");
}

}  // namespace
}  // namespace preflight::test
