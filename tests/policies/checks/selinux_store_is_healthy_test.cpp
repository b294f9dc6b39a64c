// SPDX-License-Identifier: Apache-2.0
// libsemanage's store after commits that were cut off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check selinux_store_is_healthy;
}

namespace preflight::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

const Check& kCheck = checks::selinux_store_is_healthy;
constexpr const char* kStore = "file:/var/lib/selinux/targeted";

World enforcing() {
  World world;
  world.enforcing();
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(SelinuxStoreIsHealthy, IsSilentOnAHealthyHost) {
  World world = enforcing();
  EXPECT_EQ(judged(world), "pass");
  world.selinux().store->previous = true;
  world.selinux().store->booleans->emplace("haproxy_connect_any", false);
  world.selinux().store->ports->push_back({Protocol::tcp, 10001, 10010, "http_cache_port_t"});
  EXPECT_EQ(judged(world), "pass") << "it is in the policy on disk, too";
}

TEST(SelinuxStoreIsHealthy, WithoutItsActivePartNothingWorks) {
  World world = enforcing();
  world.selinux().store->active = false;
  world.selinux().store->previous = true;
  const auto outcome = outcome_about(world.judge(kCheck), kStore);
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_EQ(detail_of(outcome).where.object, "/var/lib/selinux/targeted/active");
  EXPECT_THAT(detail_of(outcome).evidence, Contains("previous/ holds what it was before that commit"));
  world.selinux().store->previous = false;
  EXPECT_THAT(detail_of(outcome_about(world.judge(kCheck), kStore)).evidence, Contains("previous/ is missing too"));
}

TEST(SelinuxStoreIsHealthy, APolicyOlderThanItsStore) {
  World world = enforcing();
  world.selinux().store->booleans->emplace("haproxy_connect_any", true);
  world.selinux().store->ports->push_back({Protocol::tcp, 8404, 8404, "http_port_t"});
  const auto outcome = outcome_about(world.judge(kCheck), kStore);
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_THAT(detail_of(outcome).evidence, Contains("not in the policy: boolean haproxy_connect_any is on"));
  EXPECT_THAT(detail_of(outcome).evidence, Contains("not in the policy: port tcp 8404 http_port_t"));
}

TEST(SelinuxStoreIsHealthy, ALeftoverIsWorthKnowing) {
  World world = enforcing();
  world.selinux().store->leftover = true;
  EXPECT_EQ(judged(world), "info");
}

TEST(SelinuxStoreIsHealthy, WithoutAPolicyTheNextBootLoadsNone) {
  World world = enforcing();
  world.selinux().installed = fail(std::errc::no_such_file_or_directory, "/etc/selinux/targeted/policy", "none");
  EXPECT_EQ(judged(world), "error");
}

TEST(SelinuxStoreIsHealthy, WhatCannotBeReadIsUnknown) {
  const auto refused = fail(std::errc::permission_denied, "x", "Permission denied");
  World world = enforcing();
  world.selinux().store = refused;
  EXPECT_EQ(judged(world), "unknown");
  World booleans = enforcing();
  booleans.selinux().store->booleans = refused;
  EXPECT_EQ(judged(booleans), "unknown");
  World ports = enforcing();
  ports.selinux().store->ports = refused;
  EXPECT_EQ(judged(ports), "unknown");
  World policy = enforcing();
  policy.selinux().installed = refused;
  EXPECT_EQ(judged(policy), "unknown");
}

TEST(SelinuxStoreIsHealthy, NotApplicable) {
  EXPECT_EQ(judged(World()), "not applicable");
  World world = enforcing();
  world.selinux().store = fail(std::errc::no_such_file_or_directory, "/var/lib/selinux/targeted", "none");
  EXPECT_EQ(judged(world), "not applicable");
}

}  // namespace
}  // namespace preflight::test
