// SPDX-License-Identifier: Apache-2.0
// From what SELinux denies to one edit of its policy: the least that cures it, and only what is ours to change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remediations/planner.h"
#include "remediations/selinux_aims.h"
#include "remediations/supposed_policy.h"
#include "tests/support/map_host.h"
#include "tests/support/scratch_host.h"
#include "tests/support/world.h"

namespace preflight {
namespace {

using selinux::PortRecord;
using test::World;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kHttp = "system_u:object_r:http_port_t:s0";

World with(const std::string& lines) {
  World world;
  world.enforcing().config("defaults\n  mode http\n  timeout client 9s\n  timeout connect 9s\n  timeout server 9s\n" +
                           lines);
  return world;
}

std::string listening(const std::string& bind) { return "listen l\n  bind " + bind + "\n"; }
std::string connecting(const std::string& address) { return "backend b\n  server s " + address + "\n"; }

/// A label of this host's own, in the store and in the policy that was made of it.
void label_here(World& world, const selinux::PortRecord& port) {
  world.selinux().store->ports->push_back(port);
  world.selinux().installed->ports.push_back(port);
}

/// What is planned for a world's findings of SELinux.
class SelinuxPlan {
 public:
  explicit SelinuxPlan(World world, std::set<std::string, std::less<>> named = {})
      : world_(std::move(world)), demand_(world_.demand()), scene_{world_.facts, demand_, settings_, &policy_} {
    scratch.file("var/lib/selinux/targeted/active/policy.kern", "policy");
    scratch.file("etc/selinux/targeted/policy/policy.33", "policy");
    scratch.file("sys/fs/selinux/enforce", "1");
    scratch.file("sys/fs/selinux/mls", "1");
    scratch.file("sys/fs/selinux/booleans/haproxy_connect_any", "0 0");
    const Selection only{{"selinux_allows_binds", "selinux_allows_backends", "selinux_booleans_survive_boot",
                          "selinux_store_is_healthy"},
                         {}};
    assessment_ = assess(world_.facts, demand_, policy_, select_checks(policy_, only), Day{2026, 11, 28});
    wishes = wishes_of(assessment_, scene_, named);
  }
  std::vector<Step> steps() {
    auto made = steps_for(wishes, scene_, scratch.host(), false);
    EXPECT_TRUE(made) << describe(made.error());
    return std::move(made).value_or(std::vector<Step>());
  }
  SelinuxEdit edit() {
    const auto made = steps();
    EXPECT_THAT(made, SizeIs(1));
    return made.empty() ? SelinuxEdit{} : std::get<SelinuxEdit>(made.front().change);
  }
  std::vector<std::string> reasons() const {
    std::vector<std::string> list;
    for (const auto& left : wishes.uncured) list.push_back(left.reason);
    return list;
  }

  test::ScratchHost scratch;
  Wishes wishes;

 private:
  World world_;
  Policy policy_;
  Settings settings_;
  Demand demand_;
  Assessment assessment_;
  Case scene_;
};

TEST(SelinuxRemedies, NothingIsPlannedForAHealthyHost) {
  SelinuxPlan plan(World().enforcing());
  EXPECT_THAT(plan.steps(), IsEmpty());
  EXPECT_THAT(plan.wishes.uncured, IsEmpty());
}

TEST(SelinuxRemedies, ADeniedBindGetsALabelAndItsProof) {
  SelinuxPlan plan(with(listening("*:8888")));
  const auto steps = plan.steps();
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(describe(steps[0].change), "label tcp port 8888 http_port_t");
  EXPECT_THAT(steps[0].remedies, ElementsAre("label_selinux_ports"));
  EXPECT_THAT(steps[0].why, Contains("denied to haproxy_t now: tcp_socket name_bind of unreserved_port_t; allowed "
                                     "then: tcp_socket name_bind of http_port_t, as to 5 other domains"));
  const auto edit = plan.edit();
  EXPECT_EQ(edit.store, "targeted");
  EXPECT_THAT(edit.ports,
              ElementsAre(SelinuxPort{.protocol = "tcp", .low = 8888, .high = 8888, .from = {}, .to = kHttp}));
  EXPECT_THAT(edit.booleans, IsEmpty());
}

TEST(SelinuxRemedies, AllPortsOfAPlanAreOneEditAndNeighboursOneRange) {
  SelinuxPlan plan(with(listening("*:8888-8890") + connecting("10.0.0.1:9100")));
  const auto edit = plan.edit();
  EXPECT_THAT(sentences_of(edit),
              ElementsAre("label tcp ports 8888-8890 http_port_t", HasSubstr("label tcp port 9100 ")));
}

TEST(SelinuxRemedies, AnOwnLabelIsReplacedAndRemembered) {
  auto world = with(listening("*:8888"));
  label_here(world, {Protocol::tcp, 8888, 8888, "redis_port_t"});
  SelinuxPlan plan(world);
  plan.scratch.file("var/lib/selinux/targeted/active/ports.local",
                    "portcon tcp 8888 system_u:object_r:redis_port_t:s0\n");
  EXPECT_EQ(plan.edit().ports.front().from, "system_u:object_r:redis_port_t:s0");
}

TEST(SelinuxRemedies, APolicyWithoutLevelsHasContextsWithoutOne) {
  SelinuxPlan plan(with(listening("*:8888")));
  plan.scratch.file("sys/fs/selinux/mls", "0");
  EXPECT_EQ(plan.edit().ports.front().to, "system_u:object_r:http_port_t");
}

TEST(SelinuxRemedies, ARangeOfThisHostsOwnIsForAPerson) {
  auto world = with(listening("*:8888"));
  label_here(world, {Protocol::tcp, 8000, 9000, "unreserved_port_t"});
  world.rules().booleans.clear();
  SelinuxPlan plan(world);
  EXPECT_THAT(plan.wishes.granted, IsEmpty());
  EXPECT_THAT(plan.reasons(), ElementsAre(HasSubstr("labels the ports 8000-9000 unreserved_port_t")));
}

TEST(SelinuxRemedies, APortThatOthersUseIsNotTakenFromThem) {
  auto world = with(connecting("10.0.0.1:6379"));
  world.rules().booleans.clear();
  SelinuxPlan plan(world);
  EXPECT_THAT(plan.wishes.granted, IsEmpty());
  EXPECT_THAT(plan.reasons(), ElementsAre(HasSubstr("tcp port 6379 is redis_port_t's")));
}

TEST(SelinuxRemedies, WhereNoLabelCuresABooleanDoes) {
  auto world = with(listening("*:8888"));
  world.rules().allowed[selinux::Access::tcp_bind].clear();
  SelinuxPlan plan(world);
  const auto edit = plan.edit();
  EXPECT_THAT(edit.ports, IsEmpty());
  EXPECT_THAT(
      edit.booleans,
      ElementsAre(SelinuxBoolean{
          .name = "haproxy_connect_any", .kept_from = {}, .kept_to = true, .running_from = false, .running_to = true}));
  EXPECT_THAT(plan.steps()[0].remedies, ElementsAre("enable_selinux_boolean"));
  EXPECT_THAT(plan.steps()[0].why, Contains(HasSubstr("more permissions on ports and 14 others")));
}

TEST(SelinuxRemedies, ABooleanThatIsAskedForByNameComesBeforeTheLabel) {
  SelinuxPlan plan(with(connecting("10.0.0.1:9100")), {"enable_selinux_boolean"});
  const auto edit = plan.edit();
  EXPECT_THAT(edit.ports, IsEmpty());
  EXPECT_THAT(sentences_of(edit), ElementsAre("turn SELinux boolean haproxy_connect_any on"));
}

TEST(SelinuxRemedies, ABooleanThatIsNeededAnyhowMakesALesserOneNeedless) {
  const auto turned_on = [](const std::string& lines) {
    auto world = with(lines);
    selinux::BooleanEffect lesser;
    lesser.name = "haproxy_bind_any";
    lesser.gained = {{selinux::Access::tcp_bind, {"unreserved_port_t"}}};
    lesser.port_grants = 1;
    world.rules().booleans.push_back(lesser);
    for (auto* policy : {&world.selinux().loaded, &world.selinux().installed}) {
      (*policy)->booleans.emplace(lesser.name, false);
    }
    SelinuxPlan plan(world, {"enable_selinux_boolean"});
    plan.scratch.file("sys/fs/selinux/booleans/haproxy_bind_any", "0 0");
    return sentences_of(plan.edit());
  };
  EXPECT_THAT(turned_on(listening("*:8888")), ElementsAre("turn SELinux boolean haproxy_bind_any on"));
  EXPECT_THAT(turned_on(listening("*:8888") + connecting("10.0.0.1:9100")),
              ElementsAre("turn SELinux boolean haproxy_connect_any on"));
}

TEST(SelinuxRemedies, ARunningBooleanIsKept) {
  auto world = with(listening("*:8888"));
  world.selinux().loaded = selinux::supposed(*world.selinux().loaded, {.booleans = {{"haproxy_connect_any", true}}});
  SelinuxPlan plan(world);
  plan.scratch.file("sys/fs/selinux/booleans/haproxy_connect_any", "1 1");
  const auto edit = plan.edit();
  ASSERT_THAT(edit.booleans, SizeIs(1));
  EXPECT_EQ(edit.booleans[0].kept_to, true);
  EXPECT_EQ(edit.booleans[0].running_from, true);
  EXPECT_EQ(edit.booleans[0].running_to, true);
}

TEST(SelinuxRemedies, ABrokenStoreIsRepairedBeforeAnythingElse) {
  auto world = with(listening("*:8888"));
  world.selinux().store->active = false;
  world.selinux().store->previous = true;
  SelinuxPlan plan(world);
  const auto steps = plan.steps();
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(std::get<SelinuxRepair>(steps[0].change).store, "targeted");
  EXPECT_THAT(plan.reasons(), ElementsAre(HasSubstr("store is broken")));
}

TEST(SelinuxRemedies, OnAPolicyThatIsNotInstalledNothingElseIsPlanned) {
  auto world = with(listening("*:8888"));
  world.selinux().store->ports->push_back({Protocol::tcp, 9999, 9999, "http_port_t"});
  SelinuxPlan plan(world);
  ASSERT_THAT(plan.steps(), SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<SelinuxRepair>(plan.steps()[0].change));
  EXPECT_THAT(plan.reasons(), ElementsAre(HasSubstr("repaired first")));
}

TEST(SelinuxRemedies, AStoreThatLostBothPartsIsForAPerson) {
  auto world = World();
  world.enforcing().selinux().store->active = false;
  SelinuxPlan plan(world);
  EXPECT_THAT(plan.steps(), IsEmpty());
  EXPECT_THAT(plan.reasons(), ElementsAre(HasSubstr("neither it nor what it was before")));
}

TEST(SelinuxRemedies, WithoutAStoreNothingIsChanged) {
  auto world = with(listening("*:8888"));
  world.selinux().store = fail_errno(ENOENT, "/var/lib/selinux/targeted");
  SelinuxPlan plan(world);
  EXPECT_THAT(plan.steps(), IsEmpty());
  EXPECT_THAT(plan.reasons(), ElementsAre(HasSubstr("no store")));
}

/// A question about the loaded policy, and one about the installed one.
TEST(SupposedPolicy, IsAskedAsItWouldBe) {
  test::MapHost host;
  const SelinuxEdit edit{.store = "targeted",
                         .booleans = {{.name = "a", .kept_to = true, .running_from = true, .running_to = false}},
                         .ports = {{.protocol = "udp", .low = 1, .high = 9, .to = kHttp},
                                   {.protocol = "tcp", .low = 7, .high = 7, .from = kHttp}}};
  const SupposedPolicy supposed(host, {edit});
  const auto loaded = supposed.asked({std::string(selinux::kLoadedPolicy), {}});
  EXPECT_THAT(loaded.edit.ports, ElementsAre(PortRecord{Protocol::udp, 1, 9, "http_port_t"}));
  EXPECT_FALSE(loaded.edit.booleans.at("a"));
  EXPECT_TRUE(supposed.asked({"/etc/selinux/targeted/policy/policy.33", {}}).edit.booleans.at("a"));
}

TEST(SupposedPolicy, ListsAreAsTheEditLeavesThem) {
  test::MapHost host;
  const std::string active = "/var/lib/selinux/targeted/active";
  host.files[active + "/policy.kern"] = host.files["/etc/selinux/targeted/policy/policy.33"] = "policy";
  host.files[active + "/ports.local"] = std::string("portcon tcp 7 ") + kHttp + "\nportcon tcp 8 " + kHttp + "\n";
  const SelinuxEdit edit{.store = "targeted",
                         .booleans = {{.name = "a", .kept_to = true}},
                         .ports = {{.protocol = "udp", .low = 1, .high = 9, .to = kHttp},
                                   {.protocol = "tcp", .low = 7, .high = 7, .from = kHttp}}};
  const SupposedPolicy supposed(host, {edit});
  EXPECT_EQ(supposed.list(active + "/ports.local"),
            std::string("portcon tcp 8 ") + kHttp + "\nportcon udp 1 - 9 " + kHttp + "\n");
  EXPECT_EQ(supposed.list(active + "/booleans.local"), "a=1\n");
  EXPECT_EQ(supposed.list("/etc/passwd"), std::nullopt);
}

TEST(SupposedPolicy, ARepairedStoreIsTheOneOfBefore) {
  test::MapHost host;
  const std::string store = "/var/lib/selinux/targeted";
  host.files[store + "/previous/policy.kern"] = "policy";
  const SupposedPolicy supposed(host, {SelinuxRepair{"targeted"}});
  EXPECT_EQ(supposed.place_of(store + "/active"), store + "/previous");
  std::vector<std::string> names = {"previous", "semanage.read.LOCK", "tmp"};
  supposed.rename_in(store, names);
  EXPECT_THAT(names, ElementsAre("active", "semanage.read.LOCK", "tmp"));
  EXPECT_EQ(supposed.place_of(store + "/active/ports.local"), store + "/previous/ports.local");
  EXPECT_EQ(supposed.asked({"/etc/selinux/targeted/policy/policy.33", {}}).path, store + "/previous/policy.kern");
  host.files[store + "/active/policy.kern"] = "policy";
  EXPECT_EQ(supposed.place_of(store + "/active"), store + "/active");
}

}  // namespace
}  // namespace preflight
