// SPDX-License-Identifier: Apache-2.0
// A unit's limit as a person is told it: which line decides, what the others became, and what cuts the value.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/why.h"
#include "tests/support/world.h"

namespace preflight::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kDropIns = "/etc/systemd/system/haproxy.service.d/";

UnitLimit limit_of(std::vector<LimitLine> lines, Limits limits = {200042, 200042}) {
  UnitLimit limit{.id = "haproxy.service", .reloaded = {}, .pam_name = {}};
  limit.reloaded.limits = limits;
  limit.reloaded.lines = std::move(lines);
  for (std::size_t i = 0; i < limit.reloaded.lines.size(); ++i) {
    if (limit.reloaded.lines[i].fate == LimitFate::decides) limit.reloaded.decider = i;
  }
  limit.at_boot = limit.reloaded;
  return limit;
}

Why why_of(World& world, UnitLimit limit) {
  world.instance().unit_limit = std::move(limit);
  return why_unit_limit(world.instance(), world.facts);
}

TEST(WhyUnit, EveryLineAndItsFate) {
  World world;
  const auto why = why_of(
      world, limit_of({{kDropIns + "10-a.conf", 2, "LimitNOFILE=1024", LimitFate::overridden},
                       {"/usr/lib/systemd/system/haproxy.service", 9, "LimitNOFILE=1", LimitFate::hidden, "/etc/x"},
                       {kDropIns + "20-b.conf", 2, "LimitNOFILE=10k", LimitFate::ignored, "it is no number"},
                       {kDropIns + "30-c.conf", 2, "LimitNOFILE=200042", LimitFate::decides}}));
  EXPECT_EQ(why.name, "haproxy.service:LimitNOFILE");
  EXPECT_EQ(why.after_boot(), "200042:200042");
  ASSERT_EQ(why.answers.size(), 1U);
  const auto& lines = why.answers.front().lines;
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].by, kDropIns + "30-c.conf:2");
  EXPECT_EQ(lines[1].by, "/etc/x");
  EXPECT_EQ(lines[2].reason, "it is no number");
  EXPECT_EQ(lines[2].value, "10k");
  EXPECT_EQ(lines[3].fate, Fate::decides);
  EXPECT_THAT(why.notes, IsEmpty());
}

TEST(WhyUnit, WithoutALineSystemdsOwnDefault) {
  World world;
  const auto why = why_of(world, limit_of({}, {1024, 524288}));
  EXPECT_EQ(why.answers.front().value, std::nullopt);
  EXPECT_EQ(why.after_boot(), "1024:524288");
}

TEST(WhyUnit, WhatRunsAndWhatSystemdHolds) {
  World world;
  EXPECT_EQ(why_of(world, limit_of({})).running.size(), 1U) << "stopped: what the next start gets";
  world.running({4040, 524288});
  const auto why = why_of(world, limit_of({}));
  ASSERT_EQ(why.running.size(), 2U);
  EXPECT_EQ(why.running.front().where, "process 100");
  EXPECT_EQ(why.running.front().value, "4040:524288");
  EXPECT_EQ(why.running.back().value, "1024:524288");
}

TEST(WhyUnit, WhatCutsIt) {
  World world;
  world.sysctl("fs.nr_open", "1048576");
  const std::vector<LimitLine> lines = {{kDropIns + "a.conf", 2, "LimitNOFILE=infinity", LimitFate::decides}};
  const auto cut = why_of(world, limit_of(lines, {kUnlimited, kUnlimited}));
  EXPECT_EQ(cut.after_boot(), "infinity:infinity");
  EXPECT_THAT(cut.notes, ElementsAre("fs.nr_open cuts it to 1048576"));
  world.facts.host.manager_nofile = Limits{1024, 20000};
  EXPECT_THAT(why_of(world, limit_of(lines)).notes, ElementsAre(HasSubstr("systemd itself has 20000 here")));
}

TEST(WhyUnit, WhatIsGoneAfterABootAndWhatASessionSets) {
  World world;
  auto limit = limit_of({{kDropIns + "a.conf", 2, "LimitNOFILE=200042", LimitFate::decides}});
  limit.reloaded.limits = {65536, 65536};
  limit.pam_name = "haproxy";
  EXPECT_THAT(why_of(world, limit).notes,
              ElementsAre(HasSubstr("daemon-reload and a restart give 65536:65536"), HasSubstr("PAMName=haproxy")));
}

TEST(WhyUnit, AnErrorIsNoLimit) {
  World world;
  world.instance().unit_limit = fail(std::errc::operation_not_permitted, "haproxy.service", "is masked by /etc/x");
  const auto why = why_unit_limit(world.instance(), world.facts);
  EXPECT_TRUE(why.answers.front().error);
  EXPECT_EQ(why.after_boot(), std::nullopt);
}

}  // namespace
}  // namespace preflight::test
