// SPDX-License-Identifier: Apache-2.0
// Supposed facts: what changes, what stays as it is, and what cannot be supposed.
#include <gtest/gtest.h>

#include "policies/ladder.h"
#include "policies/what_if.h"
#include "tests/support/world.h"

namespace preflight {
namespace {

using test::World;

Result<Facts> supposed(const World& world, std::string_view text) {
  const auto what_if = parse_what_if(text);
  EXPECT_TRUE(what_if) << what_if.error();
  return suppose(*what_if, world.facts);
}

std::int64_t maxconn_of(const Facts& facts) { return compute_demand(facts).instances.front().maxconn.value().value; }

TEST(Suppose, Maxconn) {
  World world;
  EXPECT_EQ(maxconn_of(*supposed(world, "maxconn=200000")), 200000);
  EXPECT_EQ(maxconn_of(*supposed(world, "maxconn=+50%")), 3000);
  EXPECT_EQ(maxconn_of(*supposed(world, "maxconn=-50%")), 1000);
  EXPECT_EQ(maxconn_of(*supposed(world, "maxconn=+1")), 2001);
  EXPECT_EQ(maxconn_of(*supposed(world, "maxconn=-5000")), 1) << "never below one";
  EXPECT_EQ(maxconn_of(world.facts), 2000) << "nothing was changed";
}

TEST(Suppose, TheOriginIsTheCommandLine) {
  World world;
  const auto facts = supposed(world, "nbthread=8,maxconn=7");
  EXPECT_EQ(facts->instances.front().config->global.maxconn->origin.text(), "--what-if:1:12");
}

TEST(Suppose, MaxconnOfTheCommandLineGivesWay) {
  World world;
  world.instance().command_line.maxconn = 777;
  EXPECT_EQ(maxconn_of(*supposed(world, "maxconn=+100%")), 1554);
}

/// Relative to what is, not to what else is supposed: the order of names means nothing.
TEST(Suppose, RelativeNumbersAreRelativeToNow) {
  World world;
  world.config("global\n  nbthread 4\nlisten l\n  bind :80\n");
  const auto now = maxconn_of(world.facts);
  EXPECT_EQ(maxconn_of(*supposed(world, "nofile=1000,maxconn=+100%")), 2 * now);
  EXPECT_EQ(maxconn_of(*supposed(world, "maxconn=+100%,nofile=1000")), 2 * now);
}

TEST(Suppose, AnAutomaticMaxconnFollowsTheLimit) {
  World world;
  world.config("global\n  nbthread 4\nlisten l\n  bind :80\n");
  EXPECT_EQ(maxconn_of(*supposed(world, "nofile=1023")), (1023 - 10 - 1 - 12) / 2);
}

TEST(Suppose, Threads) {
  World world;
  const auto descriptors = [](const Facts& facts) {
    return compute_demand(facts).instances.front().file_descriptors.value().value;
  };
  EXPECT_EQ(descriptors(*supposed(world, "nbthread=8")), descriptors(world.facts) + 3 * 4);
  EXPECT_EQ(descriptors(*supposed(world, "nbthread=+1")), descriptors(world.facts) + 3);
}

TEST(Suppose, MoreServersLikeTheLast) {
  World world;
  const auto facts = supposed(world, "servers=+2");
  const auto& servers = facts->instances.front().config->proxies.back().servers;
  ASSERT_EQ(servers.size(), 4U);
  EXPECT_EQ(servers[2].name, "b+1");
  EXPECT_EQ(servers[3].settings.maxconn->value, 500);
  const auto demand = compute_demand(*facts);
  const auto now = world.demand();
  EXPECT_EQ(demand.instances.front().source_ports.size(), 4U) << "each at an address of its own";
  EXPECT_EQ(demand.instances.front().file_descriptors->value, now.instances.front().file_descriptors->value + 2)
      << "and with its check";
}

TEST(Suppose, MoreServersBringSourcePorts) {
  World world;
  world.config("global\n  maxconn 90000\nlisten l\n  bind :80\n  server a 10.0.1.1:80\n");
  const auto facts = supposed(world, "servers=+1");
  const auto demand = compute_demand(*facts);
  const auto ladders = compute_ladders(*facts, demand);
  EXPECT_EQ(*ladders.front().first()->connections, 2 * 28232);
}

TEST(Suppose, LikeTheLastThatTakesTraffic) {
  World world;
  world.config(
      "backend app\n  server a 10.0.1.1:80 maxconn 5\n  server b 10.0.1.2:80 disabled\n"
      "  server c 10.0.1.3:80 backup\nbackend none\n  mode http\n");
  const auto facts = supposed(world, "servers=+1");
  const auto& config = *facts->instances.front().config;
  EXPECT_EQ(config.proxies.front().servers.back().name, "a+1");
  EXPECT_TRUE(config.proxies.back().servers.empty()) << "a backend without servers stays so";
}

TEST(Suppose, FewerServersDownToOne) {
  World world;
  const auto names = [](const Facts& facts) {
    std::string list;
    for (const auto& server : facts.instances.front().config->proxies.back().servers) list += server.name + " ";
    return list;
  };
  EXPECT_EQ(names(*supposed(world, "servers=-1")), "a ");
  EXPECT_EQ(names(*supposed(world, "servers=-9")), "a ");
  world.config("backend app\n  server-template t 5 app:80\n  server z 10.0.0.1:80 backup\n");
  const auto facts = supposed(world, "servers=-2");
  EXPECT_EQ(facts->instances.front().config->proxies.back().servers.front().count, 3U);
  EXPECT_EQ(names(*facts), "t z ");
  world.config("backend app\n  server a 10.0.0.1:80 disabled\n");
  EXPECT_EQ(names(*supposed(world, "servers=-2")), "a ");
}

TEST(Suppose, MoreServersThanCanBeHeldAreRefused) {
  World world;
  std::string text;
  for (int i = 0; i < 1100; ++i) text += "backend b" + std::to_string(i) + "\n  server a 10.0.1.1:80\n";
  world.config(text);
  EXPECT_EQ(supposed(world, "servers=+1000").error().code, std::errc::value_too_large);
}

TEST(Suppose, NofileOfAStoppedAndOfARunningHaproxy) {
  World world;
  EXPECT_EQ(supposed(world, "nofile=4242")->instances.front().unit->limit_nofile, 4242U);
  world.running();
  const auto facts = supposed(world, "nofile=+10%");
  for (const auto& member : facts->instances.front().processes) {
    EXPECT_EQ(member.process.nofile.value(), (Limits{576716, 576716}));
  }
}

TEST(Suppose, NofileNeedsSomebodyWhoStartsHaproxy) {
  World world;
  world.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_FALSE(supposed(world, "nofile=4242"));
}

TEST(Suppose, Sysctls) {
  World world;
  const auto facts = supposed(world, "somaxconn=9,port_range=10240-65535,conntrack_max=+100%");
  const auto& sysctls = facts->networks.front().sysctls;
  EXPECT_EQ(sysctls.integer("net.core.somaxconn"), 9);
  EXPECT_EQ(sysctls.range("net.ipv4.ip_local_port_range"), (PortRange{10240, 65535}));
  EXPECT_EQ(sysctls.integer("net.netfilter.nf_conntrack_max"), 524288);
}

TEST(Suppose, WhatTheKernelWouldRefuseIsRefused) {
  World world;
  EXPECT_EQ(supposed(world, "port_range=1023-65535").error().code, std::errc::invalid_argument);
  EXPECT_TRUE(supposed(world, "port_range=1024-65535"));
  world.no_sysctl("net.netfilter.nf_conntrack_max", std::errc::no_such_file_or_directory);
  EXPECT_FALSE(supposed(world, "conntrack_max=5"));
}

TEST(Suppose, RelativeToWhatIsNotKnownIsRefused) {
  World world;
  world.no_sysctl("net.core.somaxconn");
  const auto refused = supposed(world, "somaxconn=+50%");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().object, "net.core.somaxconn");
  EXPECT_TRUE(supposed(world, "somaxconn=50"));
}

/// As after a restart: the queue is as long as the supposed maxconn asks for, and the supposed kernel allows.
TEST(Suppose, ListenersAreOpenedAnew) {
  World world;
  world.running();
  world.sampled();
  const auto facts = supposed(world, "maxconn=5000,somaxconn=4999");
  for (const auto& socket : *facts->networks.front().tcp_listeners) EXPECT_EQ(socket.queue_limit, 4999U);
  for (const auto& socket : *facts->networks.front().sample.listeners) EXPECT_EQ(socket.queue_limit, 4999U);
}

TEST(Suppose, ForeignListenersStayAsTheyAre) {
  World world;
  world.running();
  world.listener("0.0.0.0", 8081, 4711, "java", 50);
  EXPECT_EQ(supposed(world, "maxconn=3000")->networks.front().tcp_listeners->back().queue_limit, 50U);
}

TEST(Suppose, WithoutAConfigurationNothingIsSupposedOfIt) {
  World world;
  world.no_config();
  EXPECT_FALSE(supposed(world, "maxconn=7,nbthread=2,servers=+1")->instances.front().config);
}

}  // namespace
}  // namespace preflight
