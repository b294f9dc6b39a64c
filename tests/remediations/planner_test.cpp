// SPDX-License-Identifier: Apache-2.0
// From findings to changes: only what is needed, never lower, and nothing that belongs to somebody else.
#include "remediations/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/assess.h"
#include "remediations/own_files.h"
#include "tests/support/scratch_host.h"
#include "tests/support/world.h"

namespace preflight {
namespace {

using test::World;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kKey = "net.core.somaxconn";

/// A run over a world, with everything that the planner refers to.
class Planning {
 public:
  explicit Planning(World& world, std::set<std::string, std::less<>> named = {})
      : demand_(world.demand()), scene_{world.facts, demand_, settings_, &policy_} {
    assessment_ = assess(world.facts, demand_, policy_, select_checks(policy_, {}), Day{2026, 11, 21});
    wishes = wishes_of(assessment_, scene_, named);
  }

  std::vector<std::string> steps(bool allow_restart = false) {
    auto made = steps_for(wishes, scene_, scratch.host(), allow_restart);
    std::vector<std::string> list;
    EXPECT_TRUE(made);
    for (const auto& step : made.value_or(std::vector<Step>())) list.push_back(describe(step.change));
    last = std::move(made).value_or(std::vector<Step>());
    return list;
  }
  std::vector<std::string> reasons(std::string_view check) const {
    std::vector<std::string> list;
    for (const auto& left : wishes.uncured) {
      if (left.check == check) list.push_back(left.reason + ": " + (left.todo.empty() ? "" : left.todo.front()));
    }
    return list;
  }

  test::ScratchHost scratch;
  Wishes wishes;
  std::vector<Step> last;

 private:
  Policy policy_;
  Settings settings_;
  Demand demand_;
  Assessment assessment_;
  Case scene_;
};

World short_queue() {
  World world;
  world.config(World::long_queues()).sysctl(kKey, "4096").sysctl_files({});
  return world;
}

TEST(Planner, AHealthyHostNeedsNothing) {
  World world;
  world.sysctl_files({});
  Planning planning(world);
  EXPECT_THAT(planning.steps(), IsEmpty());
}

/// A drop-in in /run gives enough until the next boot; 4,037 are needed.
World hotfix() {
  const auto given = [](std::uint64_t hard, const std::string& file) {
    return GivenLimit{.limits = {1024, hard},
                      .lines = {{file, 2, "LimitNOFILE=" + std::to_string(hard), LimitFate::decides}},
                      .decider = 0};
  };
  World world;
  auto& unit = *world.instance().unit;
  unit.limit_nofile = 10'000;
  unit.capability_bounding_set &= ~(1ULL << kCapSysResource);
  world.instance().unit_limit = UnitLimit{.id = unit.name,
                                          .reloaded = given(10'000, "/run/systemd/system/haproxy.service.d/now.conf"),
                                          .at_boot = given(3000, "/etc/systemd/system/haproxy.service.d/site.conf"),
                                          .pam_name = ""};
  return world;
}

TEST(Planner, ALimitThatTheNextBootTakesAwayIsWrittenDown) {
  auto world = hotfix();
  Planning planning(world);
  EXPECT_THAT(planning.steps(), ElementsAre("make directory /etc/systemd/system/haproxy.service.d",
                                            "make /etc/systemd/system/haproxy.service.d/zz-lbpreflight.conf",
                                            "let systemd read its unit files again"));
  const auto& drop_in = std::get<FileWrite>(planning.last[1].change);
  EXPECT_THAT(drop_in.to->content, HasSubstr("LimitNOFILE=10000\n")) << "what there is now is not lowered";
}

TEST(Planner, ALimitInHaproxyCfgIsForAPerson) {
  World world;
  auto& instance = world.config("global\n  ulimit-n 100\n  maxconn 2000\n").instance();
  instance.unit->capability_bounding_set = 0;
  Planning planning(world);
  EXPECT_THAT(planning.steps(), IsEmpty());
}

TEST(Planner, ASettingIsRaisedNowAndForTheNextBoot) {
  auto world = short_queue();
  Planning planning(world);
  EXPECT_THAT(planning.steps(),
              ElementsAre("set net.core.somaxconn from 4096 to 30000", "make /etc/sysctl.d/zz-lbpreflight.conf"));
  const auto& write = std::get<FileWrite>(planning.last.back().change);
  EXPECT_THAT(write.to->content, HasSubstr("\nnet.core.somaxconn = 30000\n"));
  EXPECT_EQ(write.to->mode, 0644U);
  EXPECT_THAT(planning.last.back().remedies, ElementsAre("raise_sysctl"));
  EXPECT_THAT(planning.last.back().why, Each(HasSubstr("30,000")));
}

TEST(Planner, WhatBootLosesIsWrittenDownAndNotTouchedNow) {
  auto world = short_queue();
  world.sysctl(kKey, "65535").sysctl_files({{"/etc/sysctl.d/50-low.conf", "net.core.somaxconn = 128\n"}});
  Planning planning(world);
  EXPECT_THAT(planning.steps(), ElementsAre("make /etc/sysctl.d/zz-lbpreflight.conf"));
  const auto& write = std::get<FileWrite>(planning.last.back().change);
  EXPECT_THAT(write.to->content, HasSubstr("= 65535\n")) << "what is better now is kept";
}

TEST(Planner, OurFileKeepsWhatElseItSays) {
  auto world = short_queue();
  Planning planning(world);
  planning.scratch.file("etc/sysctl.d/zz-lbpreflight.conf", "fs.nr_open = 2000000\n");
  EXPECT_THAT(planning.steps(), testing::Contains("replace /etc/sysctl.d/zz-lbpreflight.conf"));
  const auto& write = std::get<FileWrite>(planning.last.back().change);
  EXPECT_EQ(write.to->content, "fs.nr_open = 2000000\nnet.core.somaxconn = 30000\n");
}

TEST(Planner, AnotherOwnerIsToldInstead) {
  auto world = short_queue();
  world.facts.sysctl_writers = {{"tuned", "/etc/tuned/lb/tuned.conf", 4, std::string(kKey), "4096"}};
  Planning planning(world);
  EXPECT_THAT(planning.steps(), IsEmpty());
  EXPECT_THAT(planning.reasons("somaxconn_covers_backlog"),
              ElementsAre(AllOf(HasSubstr("tuned writes net.core.somaxconn (/etc/tuned/lb/tuned.conf:4)"),
                                HasSubstr("let tuned set: net.core.somaxconn = 30000"))));
}

TEST(Planner, AManagedLineIsForItsManager) {
  auto world = short_queue();
  world.sysctl_files({{"/etc/sysctl.d/50-lb.conf",
                       "# BEGIN ANSIBLE MANAGED BLOCK\nnet.core.somaxconn = 4096\n# END ANSIBLE MANAGED BLOCK\n"}});
  Planning planning(world);
  EXPECT_THAT(planning.steps(), IsEmpty());
  EXPECT_THAT(planning.reasons("somaxconn_covers_backlog"), ElementsAre(HasSubstr("Ansible")));
}

TEST(Planner, WhatNoRemedyCuresIsForAPerson) {
  auto world = short_queue();
  Planning planning(world, {"threads_fit_the_cpus", "maxconn_is_set"});
  for (const auto& left : planning.wishes.uncured) EXPECT_THAT(left.todo, SizeIs(1)) << left.check;
}

TEST(Planner, WhatASettingIsNowMustBeKnownBeforeItIsChanged) {
  World world;
  world.sysctl("net.netfilter.nf_conntrack_max", "1000").sysctl("net.netfilter.nf_conntrack_count", "900");
  world.sysctl("net.netfilter.nf_conntrack_buckets", "256");
  const auto unseen = [&] {
    std::vector<std::string> list;
    for (const auto& left : Planning(world).wishes.uncured) {
      if (left.unseen) list.push_back(left.check + ": " + left.reason);
    }
    return list;
  };
  EXPECT_THAT(unseen(), IsEmpty());
  world.no_sysctl("net.netfilter.nf_conntrack_buckets");
  EXPECT_THAT(unseen(), ElementsAre(HasSubstr("conntrack_covers_maxconn: ")));
}

}  // namespace
}  // namespace preflight
