// SPDX-License-Identifier: Apache-2.0
// The domain haproxy runs in against the one that its service would have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check haproxy_is_confined;
}

namespace preflight::test {
namespace {

using selinux::Access;
using testing::HasSubstr;

const Check& kCheck = checks::haproxy_is_confined;
constexpr const char* kInstance = "instance:haproxy.service";

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

selinux::DomainRules unconfined(const World& world) {
  selinux::DomainRules rules;
  rules.domain = "unconfined_t";
  for (const auto& [type, users] : world.facts.selinux->loaded->users) {
    rules.allowed[Access::tcp_bind].insert(type);
    rules.allowed[Access::tcp_connect].insert(type);
  }
  return rules;
}

/// haproxy runs in that context, with these rules.
World running_as(const std::string& context, selinux::DomainRules (*rules)(const World&)) {
  World world;
  world.enforcing().running();
  const selinux::Subject subject{context};
  world.selinux().identities[world.instance().name].running = subject;
  world.selinux().question.subjects.push_back(subject);
  world.selinux().loaded->domains.push_back(rules(world));
  return world;
}

TEST(HaproxyIsConfined, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World().enforcing()), "pass");
  const auto as_service = [](const World& world) { return world.facts.selinux->loaded->domains.front(); };
  EXPECT_EQ(judged(running_as("system_u:system_r:haproxy_t:s0", as_service)), "pass");
}

TEST(HaproxyIsConfined, StartedByHandItProvesNothing) {
  const auto world = running_as("unconfined_u:unconfined_r:unconfined_t:s0", unconfined);
  const auto outcome = outcome_about(world.judge(kCheck), kInstance);
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("runs as unconfined_t, and its service would run as haproxy_t"));
}

TEST(HaproxyIsConfined, APolicyThatDoesNotConfineItIsWorthKnowing) {
  World world;
  world.enforcing();
  world.rules() = unconfined(world);
  EXPECT_EQ(judged(world), "info");
  world.rules().allowed[Access::tcp_bind].erase("redis_port_t");
  EXPECT_EQ(judged(world), "pass") << "one port that it may not bind, and it is confined";
}

TEST(HaproxyIsConfined, ABooleanThatOpensAllPortsStillConfines) {
  World world;
  world.enforcing();
  *world.selinux().loaded = selinux::supposed(*world.selinux().loaded, {.booleans = {{"haproxy_connect_any", true}}});
  EXPECT_EQ(judged(world), "pass");
}

TEST(HaproxyIsConfined, APermissiveDomainIsWorthKnowing) {
  World world;
  world.enforcing().rules().permissive = true;
  EXPECT_EQ(judged(world), "info");
}

TEST(HaproxyIsConfined, WhatCannotBeReadIsUnknown) {
  const auto refused = fail(std::errc::permission_denied, "x", "Permission denied");
  World world;
  world.enforcing().selinux().identities[world.instance().name].started = refused;
  EXPECT_EQ(judged(world), "unknown");
  World policy;
  policy.enforcing().selinux().loaded = refused;
  EXPECT_EQ(judged(policy), "unknown");
  World mode;
  mode.enforcing().selinux().mode = refused;
  EXPECT_EQ(judged(mode), "unknown");
  World nobody;
  nobody.enforcing().selinux().identities.clear();
  EXPECT_EQ(judged(nobody), "unknown");
}

TEST(HaproxyIsConfined, NotApplicable) { EXPECT_EQ(judged(World()), "not applicable"); }

}  // namespace
}  // namespace preflight::test
