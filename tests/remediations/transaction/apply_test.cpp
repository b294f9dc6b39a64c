// SPDX-License-Identifier: Apache-2.0
// A plan is carried out whole, or the host is as it was: at every effect, whether it fails or we die there.
#include "remediations/transaction/apply.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/failing_host.h"
#include "tests/support/sample_plan.h"
#include "tests/support/scratch_host.h"
#include "tests/support/whole_tree.h"

namespace preflight {
namespace {

using test::FailingHost;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Way = FailingHost::Way;

constexpr const char* kBoot = "this boot";

std::vector<std::string> content() { return {}; }

class ApplyTest : public testing::Test {
 protected:
  ApplyTest() {
    scratch.sysctl("net/core/somaxconn", "4096");
    plan.steps.push_back({.change = UnitsReload{}, .remedies = {"raise_nofile"}});
    before = tree();
  }

  /// Of the host, without our own journal.
  std::string tree() { return test::whole_tree(scratch.root().string(), scratch.state()); }
  Journal journal() {
    auto locked = Journal::lock(scratch.state());
    EXPECT_TRUE(locked) << describe(locked.error());
    return std::move(*locked);
  }
  ApplyResult run(const Judge& judge = content) {
    auto state = journal();
    return apply(plan, state, host, {.actor = {}, .boot_id = kBoot, .confirm_within = confirm_within}, judge);
  }
  /// What `recover` does.
  Undo recovered(const std::string& boot = kBoot) {
    auto state = journal();
    const Transaction last = state.transactions().back();
    return undo(last, state, host, {.reason = "recover", .boot_id = boot});
  }
  std::size_t effects() {
    host.heal();
    host.fail_at(1000, Way::fails_before);
    EXPECT_EQ(run().end, ApplyEnd::applied);
    const auto count = host.effects();
    EXPECT_TRUE(recovered().whole());
    return count;
  }

  test::ScratchHost scratch;
  FailingHost host{scratch.host()};
  Plan plan = test::sample_plan();
  std::chrono::seconds confirm_within{0};
  std::string before;
};

/// This boot, so long ago begun.
void boot_lasts(test::ScratchHost& scratch, const std::string& seconds) {
  scratch.file("proc/uptime", seconds + ".21 9.02\n");
  scratch.file("proc/sys/kernel/random/boot_id", std::string(kBoot) + "\n");
}

TEST_F(ApplyTest, WhatMustBeConfirmedIsUndoneOtherwise) {
  boot_lasts(scratch, "100");
  confirm_within = std::chrono::seconds(60);
  const auto result = run();
  EXPECT_EQ(result.end, ApplyEnd::applied);
  EXPECT_THAT(host.scheduled(), testing::ElementsAre(result.id));
  const auto state = journal();
  const auto* const waiting = state.unconfirmed();
  ASSERT_NE(waiting, nullptr);
  EXPECT_EQ(waiting->applied->confirm_by, 160);
  EXPECT_FALSE(waiting->needs_recovery({kBoot, std::chrono::seconds(159)}));
  EXPECT_TRUE(waiting->needs_recovery({kBoot, std::chrono::seconds(160)}));
  EXPECT_TRUE(waiting->needs_recovery({"another boot", std::chrono::seconds(1)}));
}

TEST_F(ApplyTest, WhatIsConfirmedStays) {
  boot_lasts(scratch, "100");
  confirm_within = std::chrono::seconds(60);
  const auto result = run();
  auto state = journal();
  ASSERT_TRUE(state.add(result.id, Confirmed{0}));
  EXPECT_EQ(state.unconfirmed(), nullptr);
  EXPECT_FALSE(state.find(result.id)->needs_recovery({"another boot", std::chrono::seconds(1)}));
}

TEST_F(ApplyTest, WhereNothingCanUndoItLaterNothingIsDone) {
  boot_lasts(scratch, "100");
  before = tree();
  confirm_within = std::chrono::seconds(60);
  host.fail_at(0, Way::fails_before);
  const auto result = run();
  EXPECT_EQ(result.end, ApplyEnd::rolled_back);
  EXPECT_THAT(host.scheduled(), IsEmpty());
  EXPECT_EQ(tree(), before);
}

TEST_F(ApplyTest, AllOfItIsDoneAndUndoneExactly) {
  const auto result = run();
  EXPECT_EQ(result.end, ApplyEnd::applied);
  EXPECT_THAT(result.reasons, IsEmpty());
  EXPECT_EQ(host.reloads(), 1U);
  EXPECT_THAT(tree(), HasSubstr("[net.core.somaxconn = 30000\n]"));
  EXPECT_THAT(tree(), testing::Not(HasSubstr("[LimitNOFILE")));
  EXPECT_THAT(tree(), HasSubstr("[Service]\nLimitNOFILE=70000"));
  EXPECT_THAT(tree(), HasSubstr("[30000\n]"));
  const auto back = recovered();
  EXPECT_TRUE(back.whole());
  EXPECT_EQ(tree(), before);
  EXPECT_EQ(host.reloads(), 2U);
  EXPECT_EQ(journal().transactions().back().state(), TransactionState::undone);
}

TEST_F(ApplyTest, AnEffectThatFailsIsRolledBack) {
  const auto count = effects();
  ASSERT_EQ(count, 5U);
  for (const auto way : {Way::fails_before, Way::fails_after}) {
    for (std::size_t i = 0; i < count; ++i) {
      host.fail_at(i, way);
      const auto result = run();
      EXPECT_EQ(result.end, ApplyEnd::rolled_back) << i;
      EXPECT_THAT(result.reasons, SizeIs(1)) << i;
      EXPECT_EQ(tree(), before) << i;
      EXPECT_EQ(journal().transactions().back().state(), TransactionState::undone);
    }
  }
}

TEST_F(ApplyTest, WhereNothingWorksAnyMoreRecoverFinishes) {
  const auto count = effects();
  for (std::size_t i = 0; i < count; ++i) {
    host.fail_at(i, Way::fails_from_then_on);
    const auto result = run();
    EXPECT_NE(result.end, ApplyEnd::applied) << i;
    host.heal();
    if (result.end == ApplyEnd::torn) {
      EXPECT_TRUE(recovered().whole()) << i;
    }
    EXPECT_EQ(tree(), before) << i;
    EXPECT_EQ(journal().transactions().back().state(), TransactionState::undone);
  }
}

TEST_F(ApplyTest, WhereWeDieRecoverUndoes) {
  const auto count = effects();
  for (const auto way : {Way::dies_before, Way::dies_after}) {
    for (std::size_t i = 0; i < count; ++i) {
      host.fail_at(i, way);
      EXPECT_THROW((void)run(), test::Killed);
      host.heal();
      EXPECT_EQ(journal().transactions().back().state(), TransactionState::open);
      EXPECT_TRUE(recovered().whole()) << i;
      EXPECT_EQ(tree(), before) << i;
    }
  }
}

TEST_F(ApplyTest, WhereRecoverDiesTheNextOneGoesOn) {
  for (std::size_t i = 0; i < 4; ++i) {
    host.fail_at(4, Way::dies_after);
    EXPECT_THROW((void)run(), test::Killed);
    host.fail_at(i, Way::dies_after);
    EXPECT_THROW((void)recovered(), test::Killed) << i;
    host.heal();
    EXPECT_EQ(journal().transactions().back().state(), TransactionState::undoing);
    EXPECT_TRUE(recovered().whole()) << i;
    EXPECT_EQ(tree(), before) << i;
  }
}

TEST_F(ApplyTest, APromiseThatIsNotKeptIsRolledBack) {
  const auto result = run([] { return std::vector<std::string>{"the finding is still there"}; });
  EXPECT_EQ(result.end, ApplyEnd::rolled_back);
  EXPECT_THAT(result.reasons, testing::ElementsAre("the finding is still there"));
  EXPECT_EQ(tree(), before);
}

TEST_F(ApplyTest, ABugOfOursIsRolledBack) {
  const auto result = run([]() -> std::vector<std::string> { throw std::runtime_error("oops"); });
  EXPECT_EQ(result.end, ApplyEnd::rolled_back);
  EXPECT_THAT(result.reasons, Each(HasSubstr("oops")));
  EXPECT_EQ(tree(), before);
}

TEST_F(ApplyTest, AnEditBetweenPlanAndApplyIsRefused) {
  scratch.file("etc/sysctl.d/zz-lbpreflight.conf", "theirs\n");
  const auto edited = tree();
  const auto result = run();
  EXPECT_EQ(result.end, ApplyEnd::refused);
  ASSERT_THAT(result.edits, SizeIs(1));
  EXPECT_EQ(result.edits.front().found.image->content, "theirs\n");
  EXPECT_EQ(tree(), edited);
  EXPECT_THAT(journal().transactions(), IsEmpty());
}

TEST_F(ApplyTest, AnEditBetweenApplyAndRevertIsRefusedOrKept) {
  ASSERT_EQ(run().end, ApplyEnd::applied);
  scratch.file("etc/sysctl.d/zz-lbpreflight.conf", "theirs\n");
  const auto edited = tree();
  const auto refused = recovered();
  EXPECT_TRUE(refused.refused);
  EXPECT_THAT(refused.edits, SizeIs(1));
  EXPECT_EQ(tree(), edited);
  auto state = journal();
  const Transaction last = state.transactions().back();
  const auto kept = undo(last, state, host, {.reason = "revert", .boot_id = kBoot, .keep_edited = true});
  EXPECT_TRUE(kept.whole());
  EXPECT_THAT(kept.kept, testing::ElementsAre("/etc/sysctl.d/zz-lbpreflight.conf"));
  EXPECT_THAT(tree(), HasSubstr("[theirs\n]"));
  EXPECT_THAT(tree(), HasSubstr("[4096\n]"));
}

TEST_F(ApplyTest, ARunningValueOfAnEarlierBootIsLeftAlone) {
  ASSERT_EQ(run().end, ApplyEnd::applied);
  scratch.sysctl("net/core/somaxconn", "512");  // what the new boot set
  const auto back = recovered("another boot");
  EXPECT_TRUE(back.whole());
  EXPECT_THAT(back.kept, testing::ElementsAre("net.core.somaxconn"));
  EXPECT_THAT(tree(), HasSubstr("[512\n]"));
}

TEST_F(ApplyTest, ADirectoryThatSomethingMovedIntoStays) {
  ASSERT_EQ(run().end, ApplyEnd::applied);
  scratch.file("etc/systemd/system/haproxy.service.d/theirs.conf", "[Service]\n");
  const auto back = recovered();
  EXPECT_TRUE(back.whole());
  EXPECT_THAT(back.kept, testing::ElementsAre("/etc/systemd/system/haproxy.service.d"));
  EXPECT_THAT(tree(), HasSubstr("theirs.conf"));
  EXPECT_THAT(tree(), testing::Not(HasSubstr("zz-lbpreflight.conf")));
}

TEST_F(ApplyTest, OneAtATime) {
  const auto first = journal();
  const auto second = Journal::lock(scratch.state());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, std::errc::device_or_resource_busy);
}

TEST_F(ApplyTest, ADamagedJournalIsNotActedUpon) {
  ASSERT_EQ(run().end, ApplyEnd::applied);
  const auto name = scratch.state() + "/000001-applied";
  std::filesystem::resize_file(name, std::filesystem::file_size(name) - 1);
  const auto locked = Journal::lock(scratch.state());
  ASSERT_FALSE(locked);
  EXPECT_THAT(describe(locked.error()), HasSubstr("000001-applied"));
  EXPECT_FALSE(Journal::read(scratch.state()));
}

TEST_F(ApplyTest, AJournalThatOthersMayWriteIsNotTrusted) {
  ASSERT_EQ(run().end, ApplyEnd::applied);
  std::filesystem::permissions(scratch.state() + "/000001-begun", std::filesystem::perms(0666));
  EXPECT_FALSE(Journal::read(scratch.state()));
}

}  // namespace
}  // namespace preflight
