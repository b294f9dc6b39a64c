// SPDX-License-Identifier: Apache-2.0
// The accept queues haproxy asks for against the kernel's cap, and what live listeners really got.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check somaxconn_covers_backlog;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::somaxconn_covers_backlog;

constexpr const char* kKey = "net.core.somaxconn";

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "sysctl:net.core.somaxconn"); }

World asking(const std::string& bind, const std::string& global = "  maxconn 2000\n") {
  World world;
  world.config("global\n" + global + "defaults\n  mode http\nfrontend web\n  bind 10.0.0.1:80" + bind + "\n");
  return world;
}

/// Running, with one listener of that queue.
World live(const std::string& bind, std::uint32_t queue_limit) {
  auto world = asking(bind);
  world.running();
  world.listener("10.0.0.1", 80, 101, "haproxy", queue_limit);
  return world;
}

TEST(SomaxconnCoversBacklog, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(SomaxconnCoversBacklog, AnExplicitBacklogIsMeant) {
  EXPECT_EQ(verdict(judged(asking(" backlog 4096"))), "pass");
  EXPECT_EQ(verdict(judged(asking(" backlog 4097"))), "warning");
}

TEST(SomaxconnCoversBacklog, ABacklogThatFollowsFromMaxconnIsLessSo) {
  EXPECT_EQ(verdict(judged(asking(" maxconn 4096"))), "pass");
  EXPECT_EQ(verdict(judged(asking(" maxconn 4097"))), "info");
  EXPECT_EQ(verdict(judged(asking(" maxconn 4097").sysctl(kKey, "1024"))), "info");
  EXPECT_EQ(verdict(judged(asking(" maxconn 4097").sysctl(kKey, "1023"))), "warning") << "a small queue always hurts";
}

TEST(SomaxconnCoversBacklog, AnAutomaticOneIsOnlyWorthKnowing) {
  EXPECT_EQ(verdict(judged(asking("", "").sysctl(kKey, "128"))), "info");
}

TEST(SomaxconnCoversBacklog, NobodyNeedsMoreThanSixteenBits) {
  EXPECT_EQ(verdict(judged(asking(" backlog 100000").sysctl(kKey, "65535"))), "pass");
  const auto detail = detail_of(judged(asking(" backlog 100000").sysctl(kKey, "65534")));
  ASSERT_TRUE(detail.expected);
  EXPECT_EQ(std::get<std::int64_t>(detail.expected->measure.value), 65535);
}

TEST(SomaxconnCoversBacklog, TheLargestIsExpected) {
  const auto world = asking(" backlog 5000\n  bind 10.0.0.1:81 backlog 7000\n  bind 10.0.0.1:82 backlog 6000");
  const auto detail = detail_of(judged(world));
  ASSERT_TRUE(detail.expected);
  EXPECT_EQ(std::get<std::int64_t>(detail.expected->measure.value), 7000);
  EXPECT_EQ(detail.evidence,
            std::vector<std::string>{"3 listeners ask for more; neither haproxy nor the kernel says so"});
}

TEST(SomaxconnCoversBacklog, APassClaimsNoCap) {
  const auto detail = detail_of(judged(asking(" backlog 4096")));
  EXPECT_EQ(detail.why, "");
  EXPECT_TRUE(detail.evidence.empty());
}

TEST(SomaxconnCoversBacklog, ALiveListenerShowsWhatItGot) {
  const char* about = "bind:tcp/10.0.0.1:80";
  EXPECT_EQ(verdict(judged(live(" backlog 3000", 2999))), "pass") << "the sysctl allows it now";
  EXPECT_EQ(verdict(outcome_about(live(" backlog 3000", 2999).judge(kCheck), about)), "warning");
  EXPECT_EQ(worst(live(" backlog 3000", 3000).judge(kCheck)), "pass");
  EXPECT_EQ(verdict(outcome_about(live(" maxconn 3000", 2999).judge(kCheck), about)), "info");
}

TEST(SomaxconnCoversBacklog, DropsThatRiseMakeItAnError) {
  auto world = live(" maxconn 3000", 2999);
  world.sampled();
  EXPECT_EQ(worst(world.judge(kCheck)), "info");
  world.network().sample.listeners->back().drops = 1;
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/10.0.0.1:80")), "error");
}

TEST(SomaxconnCoversBacklog, ShardsAreToldOnce) {
  auto world = live(" backlog 3000", 2999);
  world.listener("10.0.0.1", 80, 101, "haproxy", 128);
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "bind:tcp/10.0.0.1:80")), "warning");
}

TEST(SomaxconnCoversBacklog, DoesNotApplyWithoutAListener) {
  World world;
  world.config("global\n  maxconn 10\ndefaults\n  mode http\nfrontend web\n  bind /run/web.sock\n");
  EXPECT_EQ(worst(world.judge(kCheck)), "not applicable");
}

TEST(SomaxconnCoversBacklog, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(verdict(judged(World().no_sysctl(kKey))), "unknown");
  const auto unread = World().no_config().judge(kCheck);
  EXPECT_EQ(verdict(outcome_about(unread, "instance:haproxy.service")), "unknown");
  EXPECT_EQ(verdict(outcome_about(unread, "sysctl:net.core.somaxconn")), "not applicable") << "told once";
  World blind;
  blind.running().network().tcp_listeners = fail(std::errc::permission_denied, "sockets", "refused");
  EXPECT_EQ(verdict(outcome_about(blind.judge(kCheck), "instance:haproxy.service")), "unknown");
  EXPECT_EQ(verdict(outcome_about(asking(" namespace blue").judge(kCheck), "bind:tcp/10.0.0.1:80")), "unknown");
}

}  // namespace
}  // namespace preflight::test
