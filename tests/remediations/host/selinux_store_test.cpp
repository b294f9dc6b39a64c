// SPDX-License-Identifier: Apache-2.0
// A SELinux store is changed as a whole and mended whole, with the real libsemanage.
#include "remediations/host/selinux_store.h"

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/host/descriptor.h"
#include "remediations/selinux_state.h"
#include "tests/support/selinux_root.h"

namespace preflight {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kHttp = "system_u:object_r:http_port_t:s0";
constexpr const char* kRedis = "system_u:object_r:redis_port_t:s0";

SelinuxEdit sample_edit() {
  return {.store = test::SelinuxRoot::kStore,
          .booleans = {{.name = "haproxy_connect_any", .kept_to = true}},
          .ports = {{.protocol = "tcp", .low = 8888, .high = 8888, .to = kHttp},
                    {.protocol = "udp", .low = 8000, .high = 8100, .to = kRedis}}};
}

std::string told(const Result<void>& result) { return result ? std::string() : describe(result.error()); }

class SelinuxStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = test::selinux_root_missing(); !why.empty()) GTEST_SKIP() << why;
    root = std::make_unique<test::SelinuxRoot>();
    before = root->everything();
  }
  [[nodiscard]] selinux::Place place(std::chrono::seconds patience = std::chrono::seconds(30)) const {
    return {.view = root->view(), .root = root->root(), .patience = patience};
  }
  [[nodiscard]] SelinuxState state() const {
    auto read = read_selinux_state(root->view(), test::SelinuxRoot::kStore);
    EXPECT_TRUE(read) << describe(read.error());
    return read.value_or(SelinuxState{});
  }
  /// The commit was cut off between the two renames.
  void lose_active() const {
    fs::copy(root->store() + "/active", root->store() + "/tmp", fs::copy_options::recursive);
    fs::rename(root->store() + "/active", root->store() + "/previous");
  }
  /// The commit was cut off before the policy was installed.
  void install_older() const {
    for (const auto& file : fs::directory_iterator(root->policies() + "/policy")) older = file.path().string();
    fs::copy_file(older, root->root() + "/older");
    ASSERT_EQ(told(selinux::carry_out(place(), sample_edit())), "");
    fs::copy_file(root->root() + "/older", older, fs::copy_options::overwrite_existing);
    fs::remove(root->root() + "/older");
  }

  std::unique_ptr<test::SelinuxRoot> root;
  std::string before;
  mutable std::string older;
};

TEST_F(SelinuxStoreTest, AllOfAnEditIsCommittedAndComesOffExactly) {
  ASSERT_EQ(told(selinux::carry_out(place(), sample_edit())), "");
  EXPECT_THAT(state().booleans, testing::ElementsAre(testing::Pair("haproxy_connect_any", true)));
  EXPECT_EQ(state().ports.at({"tcp", 8888, 8888}), kHttp);
  EXPECT_EQ(state().ports.at({"udp", 8000, 8100}), kRedis);
  EXPECT_TRUE(state().whole());
  EXPECT_NE(root->everything(), before);
  ASSERT_EQ(told(selinux::carry_out(place(), inverse(sample_edit()))), "");
  EXPECT_EQ(root->everything(), before);
}

TEST_F(SelinuxStoreTest, WhatWasThereIsReplacedAndBroughtBack) {
  ASSERT_EQ(told(selinux::carry_out(place(), sample_edit())), "");
  const auto first = root->everything();
  const SelinuxEdit second{.store = test::SelinuxRoot::kStore,
                           .booleans = {{.name = "haproxy_connect_any", .kept_from = true, .kept_to = false}},
                           .ports = {{.protocol = "tcp", .low = 8888, .high = 8888, .from = kHttp, .to = kRedis},
                                     {.protocol = "udp", .low = 8000, .high = 8100, .from = kRedis}}};
  ASSERT_EQ(told(selinux::carry_out(place(), second)), "");
  EXPECT_EQ(state().ports.at({"tcp", 8888, 8888}), kRedis);
  EXPECT_EQ(state().ports.size(), 1U);
  EXPECT_FALSE(state().booleans.at("haproxy_connect_any"));
  ASSERT_EQ(told(selinux::carry_out(place(), inverse(second))), "");
  EXPECT_EQ(root->everything(), first);
}

TEST_F(SelinuxStoreTest, WhereAPartCannotBeNothingIsDone) {
  auto edit = sample_edit();
  edit.booleans.push_back({.name = "no_such_boolean", .kept_to = true});
  EXPECT_THAT(told(selinux::carry_out(place(), edit)), HasSubstr("no_such_boolean: is no boolean of the policy"));
  EXPECT_EQ(root->everything(), before);
  edit = sample_edit();
  edit.ports.push_back({.protocol = "tcp", .low = 9000, .high = 9000, .to = "system_u:object_r:no_such_t:s0"});
  EXPECT_THAT(told(selinux::carry_out(place(), edit)), HasSubstr("libsemanage: "));
  EXPECT_EQ(root->everything(), before);
  edit = sample_edit();
  edit.ports.push_back({.protocol = "udp", .low = 8050, .high = 8050, .to = kHttp});
  EXPECT_THAT(told(selinux::carry_out(place(), edit)), HasSubstr("overlap"));
  EXPECT_EQ(root->everything(), before);
  EXPECT_EQ(told(selinux::settle(place(), inverse(edit))), "");  // libsemanage leaves what it could not commit
  EXPECT_FALSE(fs::exists(root->store() + "/tmp"));
}

TEST_F(SelinuxStoreTest, WhatNoPolicyHoldsNeverReachesLibsemanage) {
  auto edit = sample_edit();
  edit.store = "../balancer";
  EXPECT_THAT(told(selinux::carry_out(place(), edit)), HasSubstr("no name of a policy"));
  edit = sample_edit();
  edit.ports[0].to = "http_port_t\n";
  EXPECT_THAT(told(selinux::carry_out(place(), edit)), HasSubstr("no context"));
  EXPECT_EQ(root->everything(), before);
}

TEST_F(SelinuxStoreTest, AForeignEditIsNotOverwritten) {
  auto edit = sample_edit();
  edit.ports[0].from = kRedis;
  const auto done = selinux::carry_out(place(), edit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, std::errc::resource_unavailable_try_again);
  EXPECT_THAT(done.error().reason, HasSubstr("tcp port 8888 is the policy's own"));
  EXPECT_EQ(root->everything(), before);
}

TEST_F(SelinuxStoreTest, AStoreThatIsInUseIsWaitedForAndThenRefused) {
  const Descriptor lock(::open((root->store() + "/semanage.trans.LOCK").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(lock.number(), LOCK_EX), 0);
  const auto done = selinux::carry_out(place(std::chrono::seconds(1)), sample_edit());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, std::errc::device_or_resource_busy);
  EXPECT_THAT(done.error().reason, HasSubstr("another program"));
  EXPECT_EQ(root->everything(), before);
  EXPECT_EQ(told(selinux::settle(place(), inverse(sample_edit()))), "");
}

TEST_F(SelinuxStoreTest, WithoutAStoreEveryAnswerIsAnError) {
  lose_active();
  EXPECT_TRUE(state().interrupted);
  fs::remove_all(root->store() + "/previous");
  const auto read = read_selinux_state(root->view(), test::SelinuxRoot::kStore);
  ASSERT_FALSE(read);
  EXPECT_THAT(describe(read.error()), HasSubstr("neither active nor previous"));
  EXPECT_FALSE(read_selinux_state(root->view(), "targeted"));
  EXPECT_FALSE(selinux::repair(place(), test::SelinuxRoot::kStore));
  EXPECT_FALSE(selinux::carry_out(place(), sample_edit()));
  EXPECT_TRUE(fs::exists(root->store() + "/tmp"));
}

TEST_F(SelinuxStoreTest, ACommitCutOffBetweenTheRenamesIsRepaired) {
  lose_active();
  ASSERT_EQ(told(selinux::repair(place(), test::SelinuxRoot::kStore)), "");
  EXPECT_EQ(root->everything(), before);
  EXPECT_TRUE(state().whole());
  EXPECT_TRUE(fs::exists(root->store() + "/tmp"));  // what it had prepared is still there
}

TEST_F(SelinuxStoreTest, ACommitCutOffBetweenTheRenamesIsMendedByTheNextEdit) {
  lose_active();
  ASSERT_EQ(told(selinux::carry_out(place(), sample_edit())), "");
  EXPECT_TRUE(state().whole());
  EXPECT_EQ(state().ports.size(), 2U);
  EXPECT_FALSE(fs::exists(root->store() + "/tmp"));
}

TEST_F(SelinuxStoreTest, ACommitCutOffBeforeItInstalledIsRepairedOrUndone) {
  install_older();
  EXPECT_FALSE(state().installed);
  ASSERT_EQ(told(selinux::repair(place(), test::SelinuxRoot::kStore)), "");
  EXPECT_TRUE(state().whole());
  EXPECT_EQ(state().ports.size(), 2U);
  ASSERT_EQ(told(selinux::carry_out(place(), inverse(sample_edit()))), "");
  EXPECT_EQ(root->everything(), before);
}

TEST_F(SelinuxStoreTest, AnUndoCutOffBeforeItInstalledIsDoneAgain) {
  ASSERT_EQ(told(selinux::carry_out(place(), sample_edit())), "");
  for (const auto& file : fs::directory_iterator(root->policies() + "/policy")) older = file.path().string();
  fs::copy_file(older, root->root() + "/newer");
  ASSERT_EQ(told(selinux::carry_out(place(), inverse(sample_edit()))), "");
  fs::rename(root->root() + "/newer", older);
  const auto standing = standing_of(inverse(sample_edit()), root->view());
  ASSERT_TRUE(standing);
  EXPECT_FALSE(standing->all_to);
  EXPECT_TRUE(standing->all_known);
  ASSERT_EQ(told(selinux::carry_out(place(), inverse(sample_edit()))), "");
  EXPECT_EQ(root->everything(), before);
}

TEST_F(SelinuxStoreTest, WhatACommitThatWasCutOffLeftIsCleared) {
  fs::copy(root->store() + "/active", root->store() + "/tmp", fs::copy_options::recursive);
  std::ofstream(root->policies() + "/policy/policy.33.tmp") << "half";
  std::ofstream(root->policies() + "/seusers.tmp") << "half";
  fs::create_directory(root->store() + "/previous");
  ASSERT_EQ(told(selinux::settle(place(), sample_edit())), "");
  EXPECT_FALSE(fs::exists(root->store() + "/tmp"));
  EXPECT_FALSE(fs::exists(root->policies() + "/policy/policy.33.tmp"));
  EXPECT_FALSE(fs::exists(root->policies() + "/seusers.tmp"));
  EXPECT_FALSE(fs::exists(root->store() + "/previous"));
  EXPECT_EQ(root->everything(), before);
}

TEST_F(SelinuxStoreTest, ARunningBooleanIsSetTooAndBroughtBack) {
  root->run({{"haproxy_connect_any", false}});
  auto edit = sample_edit();
  edit.booleans[0].running_from = false;
  edit.booleans[0].running_to = true;
  ASSERT_EQ(told(selinux::carry_out(place(), edit)), "");
  EXPECT_TRUE(running_boolean(root->view(), "haproxy_connect_any").value());
  EXPECT_EQ(root->view().read("/sys/fs/selinux/commit_pending_bools").value(), "1");
  ASSERT_EQ(told(selinux::carry_out(place(), inverse(edit))), "");
  EXPECT_FALSE(running_boolean(root->view(), "haproxy_connect_any").value());
  EXPECT_EQ(root->everything(), before);
}

TEST_F(SelinuxStoreTest, ARunningBooleanAloneLeavesTheStoreAlone) {
  root->run({{"haproxy_connect_any", false}});
  const SelinuxEdit edit{.store = test::SelinuxRoot::kStore,
                         .booleans = {{.name = "haproxy_connect_any", .running_from = false, .running_to = true}}};
  ASSERT_EQ(told(selinux::carry_out(place(), edit)), "");
  EXPECT_TRUE(standing_of(edit, root->view()).value().all_to);
  EXPECT_EQ(root->everything(), before);
}

}  // namespace
}  // namespace preflight
