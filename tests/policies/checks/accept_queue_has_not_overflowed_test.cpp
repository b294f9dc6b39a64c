// SPDX-License-Identifier: Apache-2.0
// A full queue and rising drops are errors; drops since boot prove only that it happened once.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check accept_queue_has_not_overflowed;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::accept_queue_has_not_overflowed;

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), "bind:tcp/*:80"); }

World serving() {
  World world;
  world.running();
  return world;
}

SocketEntry& first(World& world) { return world.network().tcp_listeners->front(); }

TEST(AcceptQueueHasNotOverflowed, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "not applicable");
  EXPECT_EQ(worst(serving().judge(kCheck)), "pass");
}

TEST(AcceptQueueHasNotOverflowed, TheQueueHoldsOneMoreThanItsLimit) {
  auto world = serving();
  first(world).queue = 2000;
  EXPECT_EQ(verdict(judged(world)), "pass");
  first(world).queue = 2001;
  EXPECT_EQ(verdict(judged(world)), "error");
  first(world).queue_limit = 0;
  first(world).queue = 1;
  EXPECT_EQ(verdict(judged(world)), "error") << "net.core.somaxconn may be 0";
}

TEST(AcceptQueueHasNotOverflowed, OnlyDropsThatRiseAreHappeningNow) {
  auto world = serving();
  first(world).drops = 7;
  EXPECT_EQ(verdict(judged(world)), "info");
  world.sampled();
  EXPECT_EQ(verdict(judged(world)), "info");
  world.network().sample.listeners->front().drops = 8;
  EXPECT_EQ(verdict(judged(world)), "error");
  world.network().sample.listeners->front().inode = 999;
  EXPECT_EQ(verdict(judged(world)), "info") << "another socket's drops";
}

TEST(AcceptQueueHasNotOverflowed, TheLastLookCounts) {
  auto world = serving();
  first(world).queue = 2001;
  world.sampled().front().queue = 0;
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(AcceptQueueHasNotOverflowed, TheWorstOfSeveralShardsIsTold) {
  auto world = serving();
  world.listener("0.0.0.0", 80, 101, "haproxy", 2000);
  world.network().tcp_listeners->back().queue = 2001;
  EXPECT_EQ(verdict(judged(world)), "error");
}

TEST(AcceptQueueHasNotOverflowed, OtherPeoplesListenersAreNotJudged) {
  auto world = serving();
  world.listener("0.0.0.0", 22, 1, "sshd", 128);
  world.network().tcp_listeners->back().queue = 200;
  EXPECT_EQ(worst(world.judge(kCheck)), "pass");
}

TEST(AcceptQueueHasNotOverflowed, DoesNotApplyWhereNothingIsOpen) {
  auto world = serving();
  world.network().tcp_listeners->clear();
  EXPECT_EQ(worst(world.judge(kCheck)), "not applicable");
}

TEST(AcceptQueueHasNotOverflowed, WhatCannotBeReadIsUnknown) {
  auto world = serving();
  first(world).drops.reset();
  EXPECT_EQ(verdict(judged(world)), "unknown");
  auto blind = serving();
  blind.network().tcp_listeners = fail(std::errc::permission_denied, "sockets", "refused");
  EXPECT_EQ(worst(blind.judge(kCheck)), "unknown");
  EXPECT_EQ(worst(serving().no_config().judge(kCheck)), "unknown");
}

}  // namespace
}  // namespace preflight::test
