// SPDX-License-Identifier: Apache-2.0
// What a person is told a setting must hold, with the lines of haproxy.cfg behind it, and what checks say of it then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/why.h"
#include "tests/support/world.h"

namespace preflight::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kConfig = R"(global
  maxconn 20000
defaults
  mode http
  timeout connect 5s
frontend web
  bind :443
  bind :80
  default_backend app
backend app
  server a 10.0.1.1:8080 maxconn 100
  server b 10.0.1.2:8080 maxconn 400
)";

/// What somaxconn is after the next boot.
SysctlBoot boot_with(const std::string& value) {
  SysctlBoot boot;
  KeyAtBoot key;
  key.systemd = LoaderAnswer{.value = value, .lines = {}};
  boot.keys.emplace("net.core.somaxconn", std::move(key));
  return boot;
}

/// Demands and verdicts of a key on this host.
Why judged(const World& world, const std::string& key) {
  const auto demand = world.demand();
  const Settings standard;
  const Case scene{world.facts, demand, standard};
  SysctlDemand judge(scene);
  auto why = why_sysctl(key, world.facts);
  add_demand(why, scene);
  add_verdicts(why, judge, values_after_boot(world.facts));
  return why;
}

std::vector<std::string> demands_of(const Why& why) {
  std::vector<std::string> list;
  for (const auto& each : why.demands) {
    const auto& quantity = each.quantity;
    list.push_back((quantity ? std::to_string(quantity->value) : "not known") + " " + each.what);
  }
  return list;
}

TEST(WhyDemand, EachKeyBoundsItsQuantity) {
  World world;
  world.config(kConfig);
  EXPECT_THAT(demands_of(judged(world, "net.core.somaxconn")),
              ElementsAre("20000 connections in the accept queue of *:443"));
  EXPECT_THAT(demands_of(judged(world, "net.ipv4.ip_unprivileged_port_start")), ElementsAre("80 lowest port to bind"));
  EXPECT_THAT(demands_of(judged(world, "net.ipv4.ip_local_port_range")),
              ElementsAre(testing::HasSubstr("source ports to 10.0.1.2:8080")));
  EXPECT_THAT(demands_of(judged(world, "fs.nr_open")), ElementsAre(testing::HasSubstr("file descriptors")));
  EXPECT_THAT(demands_of(judged(world, "vm.swappiness")), IsEmpty());
  EXPECT_TRUE(may_be_demanded("fs.nr_open"));
  EXPECT_FALSE(may_be_demanded("vm.swappiness"));
}

TEST(WhyDemand, TermsNameTheirLine) {
  World world;
  world.config(kConfig);
  const auto why = judged(world, "net.core.somaxconn");
  ASSERT_THAT(why.demands, SizeIs(1));
  const auto& terms = why.demands.front().quantity->terms;
  ASSERT_FALSE(terms.empty());
  EXPECT_EQ(terms.front().origin.line, 2U);
}

TEST(WhyDemand, AConfigurationThatCannotBeReadIsNotNothing) {
  World world;
  world.no_config();
  const auto why = judged(world, "net.core.somaxconn");
  EXPECT_THAT(why.demands, IsEmpty());
  EXPECT_THAT(why.demands_unknown, SizeIs(1));
}

TEST(WhyDemand, AValueThatIsTooSmallOnlyAfterTheNextBoot) {
  World world;
  world.config(kConfig).sysctl("net.core.somaxconn", "65535");
  world.facts.sysctl_boot = boot_with("128");
  world.facts.sysctl_writers = std::vector<SysctlWriter>{};
  const auto why = judged(world, "net.core.somaxconn");
  ASSERT_THAT(why.verdicts, SizeIs(1));
  EXPECT_EQ(why.verdicts.front().check, "somaxconn_covers_backlog");
  EXPECT_EQ(why.verdicts.front().now, Standing::fine);
  EXPECT_EQ(why.verdicts.front().then, Standing::warning);
  EXPECT_THAT(why.verdicts.front().why, testing::HasSubstr("128"));
}

TEST(WhyDemand, WhoWritesLaterIsJudgedInstead) {
  World world;
  world.config(kConfig).sysctl("net.core.somaxconn", "65535");
  world.facts.sysctl_boot = boot_with("128");
  world.facts.sysctl_writers = {{"tuned", "/etc/tuned/a", 1, "net.core.somaxconn", "65535"}};
  EXPECT_THAT(judged(world, "net.core.somaxconn").verdicts, IsEmpty());
  world.facts.sysctl_writers = {{"rc.local", "/etc/rc.local", 1, "net.core.somaxconn", ""}};
  EXPECT_THAT(values_after_boot(world.facts), IsEmpty()) << "not known before it runs";
}

TEST(WhyDemand, WhoOnlyRaisesLeavesWhatIsHighEnough) {
  World world;
  world.config(kConfig).sysctl("net.core.somaxconn", "65535");
  world.facts.sysctl_boot = boot_with("65535");
  world.facts.sysctl_writers = {{"docker", "/etc/d", 1, "net.core.somaxconn", "128", WriteRule::raises}};
  EXPECT_THAT(judged(world, "net.core.somaxconn").verdicts, IsEmpty());
}

TEST(WhyDemand, WhatIsNotKnownIsNotFine) {
  World world;
  world.config(kConfig).no_sysctl("net.core.somaxconn");
  world.facts.sysctl_boot = boot_with("128");
  world.facts.sysctl_writers = std::vector<SysctlWriter>{};
  const auto why = judged(world, "net.core.somaxconn");
  ASSERT_THAT(why.verdicts, SizeIs(1));
  EXPECT_EQ(why.verdicts.front().now, Standing::not_known);
  EXPECT_EQ(why.verdicts.front().then, Standing::warning);
}

}  // namespace
}  // namespace preflight::test
