// SPDX-License-Identifier: Apache-2.0
// A list that cannot be read is an error, and a store in the middle of a commit is told apart from a whole one.
#include "remediations/selinux_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remediations/change.h"
#include "tests/support/map_host.h"

namespace preflight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr const char* kHttp = "system_u:object_r:http_port_t:s0";

class SelinuxStateTest : public testing::Test {
 protected:
  SelinuxStateTest() {
    view.files[store + "/active/policy.kern"] = "policy";
    view.files[policies + "/policy.31"] = "older";
    view.files[policies + "/policy.33"] = "policy";
  }
  Result<SelinuxState> state() { return read_selinux_state(view, "targeted"); }

  const std::string store = "/var/lib/selinux/targeted";
  const std::string policies = "/etc/selinux/targeted/policy";
  test::MapHost view;
};

TEST_F(SelinuxStateTest, NothingWasEverAdded) {
  const auto read = state();
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_TRUE(read->booleans.empty());
  EXPECT_TRUE(read->ports.empty());
  EXPECT_TRUE(read->whole());
}

TEST_F(SelinuxStateTest, ReadsWhatLibsemanageWrites) {
  view.files[store + "/active/booleans.local"] = "# This file is auto-generated\n\na=1\nb = 0\n  c=true\nd=FALSE\n";
  view.files[store + "/active/ports.local"] =
      "# heading\n\nportcon tcp 8888 u:r:a_t:s0\nportcon udp 8000 - 8100 u:r:b_t:s0-s0:c0.c1023\n"
      "portcon TCP 1-9 u:r:c_t\n";
  const auto read = state();
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_THAT(read->booleans, ElementsAre(Pair("a", true), Pair("b", false), Pair("c", true), Pair("d", false)));
  EXPECT_EQ(read->ports.size(), 3U);
  EXPECT_EQ(read->ports.at({"tcp", 8888, 8888}), "u:r:a_t:s0");
  EXPECT_EQ(read->ports.at({"udp", 8000, 8100}), "u:r:b_t:s0-s0:c0.c1023");
  EXPECT_EQ(read->ports.at({"tcp", 1, 9}), "u:r:c_t");
}

TEST_F(SelinuxStateTest, ALineThatIsNoneOfLibsemanagesIsNamed) {
  for (const auto* line :
       {"portcon tcp x u:r:a_t", "portcon tcp 70000 u:r:a_t", "portcon tcp", "port", "portcon 1 2 3"}) {
    view.files[store + "/active/ports.local"] = "\n" + std::string(line) + "\n";
    const auto read = state();
    ASSERT_FALSE(read) << line;
    EXPECT_EQ(read.error().object, store + "/active/ports.local:2");
  }
  view.files.erase(store + "/active/ports.local");
  for (const auto* line : {"a", "a=2", "a="}) {
    view.files[store + "/active/booleans.local"] = line;
    EXPECT_FALSE(state()) << line;
  }
}

TEST_F(SelinuxStateTest, AListThatMayNotBeReadIsAnError) {
  view.files[store + "/active/ports.local"] = "";
  view.refused[store + "/active/ports.local"] = EACCES;
  EXPECT_FALSE(state());
}

TEST_F(SelinuxStateTest, AnotherPolicyAtBoot) {
  view.files[policies + "/policy.33"] = "of before";
  EXPECT_FALSE(state().value().installed);
  EXPECT_FALSE(state().value().whole());
  view.files.erase(policies + "/policy.33");
  view.files.erase(policies + "/policy.31");
  EXPECT_FALSE(state().value().installed);
}

TEST_F(SelinuxStateTest, BetweenTheRenamesTheStoreOfBeforeIsTold) {
  view.files[store + "/previous/policy.kern"] = "policy";
  view.files[store + "/previous/booleans.local"] = "a=1\n";
  view.files[store + "/tmp/booleans.local"] = "a=0\n";
  view.files.erase(store + "/active/policy.kern");
  const auto read = state();
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_TRUE(read->interrupted);
  EXPECT_THAT(read->booleans, ElementsAre(Pair("a", true)));
}

TEST_F(SelinuxStateTest, NoStoreAtAll) {
  view.files = {{store + "/tmp/policy.kern", "policy"}};
  EXPECT_THAT(describe(state().error()), HasSubstr("neither active nor previous"));
  view.files.clear();
  EXPECT_THAT(describe(state().error()), HasSubstr("is not there"));
}

TEST_F(SelinuxStateTest, TheStoreIsWhereItsConfigurationSays) {
  view.files["/etc/selinux/semanage.conf"] = "# x\nstore-root = /srv/selinux\n";
  EXPECT_EQ(selinux_paths(view, "targeted").store, "/srv/selinux/targeted");
  EXPECT_EQ(selinux_paths(view, "targeted").final, "/srv/selinux/final/targeted");
  EXPECT_FALSE(state());
}

TEST_F(SelinuxStateTest, AnEditStandsWhereAllOfItDoes) {
  const SelinuxEdit edit{.store = "targeted",
                         .booleans = {{.name = "a", .kept_to = true, .running_from = false, .running_to = true}},
                         .ports = {{.protocol = "tcp", .low = 8888, .high = 8888, .to = kHttp}}};
  const auto standing = [&] { return standing_of(edit, view).value(); };
  view.files["/sys/fs/selinux/enforce"] = "1";
  view.files["/sys/fs/selinux/booleans/a"] = "0 0";
  EXPECT_TRUE(standing().all_from);
  EXPECT_FALSE(standing().all_to);

  view.files[store + "/active/ports.local"] = std::string("portcon tcp 8888 ") + kHttp + "\n";
  EXPECT_FALSE(standing().all_from);
  EXPECT_FALSE(standing().all_to);
  EXPECT_TRUE(standing().all_known);

  view.files[store + "/active/booleans.local"] = "a=1\n";
  EXPECT_FALSE(standing().all_to);  // it does not run yet
  view.files["/sys/fs/selinux/booleans/a"] = "1 1";
  EXPECT_TRUE(standing().all_to);

  view.files[store + "/active/booleans.local"] = "a=0\n";
  EXPECT_FALSE(standing().all_known);
  EXPECT_EQ(standing().found, "a is off");
}

TEST_F(SelinuxStateTest, WhereNoSelinuxRunsNothingIsRunning) {
  const SelinuxEdit edit{.store = "targeted",
                         .booleans = {{.name = "a", .kept_to = true, .running_from = false, .running_to = true}}};
  view.files[store + "/active/booleans.local"] = "a=1\n";
  EXPECT_TRUE(standing_of(edit, view).value().all_to);
}

TEST(SelinuxEditWords, OneSentenceEach) {
  const SelinuxEdit edit{
      .store = "targeted",
      .booleans = {{.name = "a", .kept_to = true, .running_from = false, .running_to = true},
                   {.name = "b", .kept_from = true, .running_from = true, .running_to = false},
                   {.name = "c", .kept_from = true, .kept_to = true, .running_from = false, .running_to = true}},
      .ports = {{.protocol = "tcp", .low = 8888, .high = 8888, .to = kHttp},
                {.protocol = "udp", .low = 1, .high = 9, .from = kHttp, .to = "u:r:redis_port_t:s0"},
                {.protocol = "tcp", .low = 7, .high = 7, .from = kHttp}}};
  EXPECT_THAT(sentences_of(edit),
              ElementsAre("label tcp port 8888 http_port_t", "label udp ports 1-9 redis_port_t instead of http_port_t",
                          "take the label http_port_t off tcp port 7", "turn SELinux boolean a on",
                          "leave SELinux boolean b to the policy (now off)", "turn SELinux boolean c on now"));
  EXPECT_EQ(object_of(edit), "SELinux policy targeted");
  EXPECT_EQ(inverse(inverse(edit)), edit);
  EXPECT_TRUE(has_state(edit));
  EXPECT_FALSE(has_state(SelinuxRepair{"targeted"}));
  EXPECT_EQ(describe(SelinuxRepair{"targeted"}), "repair the store of SELinux policy targeted");
}

}  // namespace
}  // namespace preflight
