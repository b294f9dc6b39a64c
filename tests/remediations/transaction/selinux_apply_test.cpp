// SPDX-License-Identifier: Apache-2.0
// A SELinux edit among other changes, at every effect that fails or on which we die: all of it or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remediations/selinux_state.h"
#include "remediations/transaction/apply.h"
#include "tests/support/failing_host.h"
#include "tests/support/sample_plan.h"
#include "tests/support/selinux_root.h"

namespace preflight {
namespace {

using test::FailingHost;
using testing::HasSubstr;
using testing::SizeIs;
using Way = FailingHost::Way;

constexpr const char* kBoot = "this boot";
constexpr const char* kHttp = "system_u:object_r:http_port_t:s0";

class SelinuxApplyTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = test::selinux_root_missing(); !why.empty()) GTEST_SKIP() << why;
    root = std::make_unique<test::SelinuxRoot>();
    root->scratch().sysctl("net/core/somaxconn", "4096");
    root->run({{"haproxy_connect_any", false}});
    host = std::make_unique<FailingHost>(root->host());
    const SelinuxEdit edit{
        .store = test::SelinuxRoot::kStore,
        .booleans = {{.name = "haproxy_connect_any", .kept_to = true, .running_from = false, .running_to = true}},
        .ports = {{.protocol = "tcp", .low = 8888, .high = 8888, .to = kHttp}}};
    plan.steps = {{.change = SysctlWrite{"net.core.somaxconn", "4096", "30000"}, .remedies = {"x"}},
                  {.change = edit, .remedies = {"x"}},
                  {.change = SelinuxRepair{test::SelinuxRoot::kStore}, .remedies = {"x"}}};
    before = everything();
  }
  std::string everything() {
    return root->everything() + root->view().read("/proc/sys/net/core/somaxconn").value() +
           (running_boolean(root->view(), "haproxy_connect_any").value() ? "on" : "off");
  }
  Journal journal() { return Journal::lock(root->scratch().state()).value(); }
  ApplyResult run() {
    auto state = journal();
    return apply(plan, state, *host, {.actor = {}, .boot_id = kBoot}, [] { return std::vector<std::string>(); });
  }
  Undo recovered() {
    auto state = journal();
    const Transaction last = state.transactions().back();
    return undo(last, state, *host, {.reason = "recover", .boot_id = kBoot});
  }

  std::unique_ptr<test::SelinuxRoot> root;
  std::unique_ptr<FailingHost> host;
  Plan plan = test::sample_plan();
  std::string before;
};

TEST_F(SelinuxApplyTest, IsDoneAndUndone) {
  ASSERT_EQ(run().end, ApplyEnd::applied);
  EXPECT_NE(everything(), before);
  EXPECT_TRUE(recovered().whole());
  EXPECT_EQ(everything(), before);
}

TEST_F(SelinuxApplyTest, AtEveryEffect) {
  for (const auto way : {Way::fails_before, Way::fails_after, Way::dies_before, Way::dies_after}) {
    for (std::size_t i = 0; i < 3; ++i) {
      host->fail_at(i, way);
      if (way == Way::dies_before || way == Way::dies_after) {
        EXPECT_THROW((void)run(), test::Killed);
        host->heal();
        EXPECT_TRUE(recovered().whole()) << i;
      } else {
        EXPECT_EQ(run().end, ApplyEnd::rolled_back) << i;
      }
      EXPECT_EQ(everything(), before) << i;
    }
  }
}

TEST_F(SelinuxApplyTest, APortThatSomebodyElseLabelledMeanwhileIsRefused) {
  const SelinuxEdit theirs{
      .store = test::SelinuxRoot::kStore,
      .ports = {{.protocol = "tcp", .low = 8888, .high = 8888, .to = "system_u:object_r:redis_port_t:s0"}}};
  ASSERT_TRUE(root->host().edit_selinux(theirs));
  const auto edited = everything();
  const auto result = run();
  EXPECT_EQ(result.end, ApplyEnd::refused);
  ASSERT_THAT(result.edits, SizeIs(1));
  EXPECT_THAT(result.edits[0].found.value, HasSubstr("tcp port 8888 is system_u:object_r:redis_port_t:s0"));
  EXPECT_EQ(everything(), edited);
}

TEST_F(SelinuxApplyTest, WhatOthersAddedSinceStaysOnUndo) {
  ASSERT_EQ(run().end, ApplyEnd::applied);
  const SelinuxEdit theirs{.store = test::SelinuxRoot::kStore,
                           .ports = {{.protocol = "tcp", .low = 9999, .high = 9999, .to = kHttp}}};
  ASSERT_TRUE(root->host().edit_selinux(theirs));
  EXPECT_TRUE(recovered().whole());
  const auto state = read_selinux_state(root->view(), test::SelinuxRoot::kStore).value();
  EXPECT_THAT(state.ports, testing::ElementsAre(testing::Pair(PortKey("tcp", 9999, 9999), kHttp)));
  EXPECT_TRUE(state.booleans.empty());
}

}  // namespace
}  // namespace preflight
