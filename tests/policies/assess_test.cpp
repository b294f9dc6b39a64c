// SPDX-License-Identifier: Apache-2.0
// Severities are capped, waivers cover until their last day, causes fold their consequences, and the worst comes first.
#include "policies/assess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policies/synthetic_checks.h"

namespace preflight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Outcome failed(Severity severity = Severity::error) { return Fail{.severity = severity}; }
Outcome failed_because(std::string check, Subject subject) {
  Fail fail;
  fail.detail.consequence_of = Cause{std::move(check), std::move(subject)};
  return fail;
}
Outcome unknown() { return Unknown{Error{std::errc::permission_denied, "/proc/1/limits", "permission denied"}}; }

Waiver waiver(std::string check, std::string subject, Day expires) {
  return {std::move(check), std::move(subject), "reason", "owner", expires, {"site.toml", 1, 1}};
}

class Assess : public testing::Test {
 protected:
  Assess() { test::answers() = {}; }

  Assessment run(const Selection& selection = {}) {
    return assess(facts_, demand_, policy_, select_checks(policy_, selection, test::kSyntheticChecks), today_);
  }
  /// check id, subject and severity of each result, as sorted.
  std::vector<std::string> lines(const Assessment& assessment) {
    std::vector<std::string> list;
    for (const auto& result : assessment.results) {
      list.push_back(std::string(result.check->id) + ' ' + result.subject.text + ' ' +
                     std::string(to_string(result.severity)));
    }
    return list;
  }

  Facts facts_;
  Demand demand_;
  Policy policy_;
  Day today_{2027, 1, 31};
};

TEST_F(Assess, FindingsComeWorstFirstThenByCheckAndSubject) {
  test::answers().sysctls = {{{"sysctl:b"}, failed()}, {{"sysctl:a"}, failed(Severity::info)}};
  test::answers().nofile = {{{"z"}, failed()}, {{"a"}, failed()}, {{"p"}, Pass{}}};
  test::answers().backlog = {
      {{"u"}, unknown()}, {{"n"}, NotApplicable{"offline tree"}}, {{"w"}, failed(Severity::warning)}};
  EXPECT_THAT(lines(run()), ElementsAre("nofile_covers_maxconn a error", "nofile_covers_maxconn z error",
                                        "backlog_is_long_enough w warning", "sysctls_survive_boot sysctl:b warning",
                                        "sysctls_survive_boot sysctl:a info", "backlog_is_long_enough n info",
                                        "backlog_is_long_enough u error", "nofile_covers_maxconn p info"));
}

TEST_F(Assess, PolicyCapsFailuresAndUnknowns) {
  test::answers().backlog = {{{"f"}, failed()}, {{"i"}, failed(Severity::info)}, {{"u"}, unknown()}};
  policy_.checks["backlog_is_long_enough"].severity = Severity::warning;
  EXPECT_THAT(lines(run()), ElementsAre("backlog_is_long_enough f warning", "backlog_is_long_enough i info",
                                        "backlog_is_long_enough u warning"));
}

TEST_F(Assess, WhatAnOfflineTreeCannotTellDoesNotApply) {
  test::answers().backlog = {{{"tree"}, Unknown{offline_tree("net.core.somaxconn")}}, {{"unread"}, unknown()}};
  const auto assessment = run();
  ASSERT_EQ(assessment.results.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<NotApplicable>(assessment.results[0].outcome));
  EXPECT_EQ(assessment.results[0].severity, Severity::info);
  EXPECT_TRUE(assessment.results[1].unknown());
}

TEST_F(Assess, ACheckReadsItsOwnSettings) {
  run();
  EXPECT_EQ(test::answers().warn_percent_seen, 80);
  policy_.checks["nofile_covers_maxconn"].settings.values["warn_percent"] = 95;
  run();
  EXPECT_EQ(test::answers().warn_percent_seen, 95);
}

TEST_F(Assess, SelectsByPolicyOnlyAndSkip) {
  const auto ids = [&](const Selection& selection) {
    std::vector<std::string_view> list;
    for (const Check* check : select_checks(policy_, selection, test::kSyntheticChecks)) list.push_back(check->id);
    return list;
  };
  EXPECT_THAT(ids({}), ElementsAre("backlog_is_long_enough", "nofile_covers_maxconn", "sysctls_survive_boot"));
  EXPECT_THAT(ids({.only = {"nofile_covers_maxconn"}, .skip = {}}), ElementsAre("nofile_covers_maxconn"));
  EXPECT_THAT(ids({.only = {}, .skip = {"nofile_covers_maxconn"}}),
              ElementsAre("backlog_is_long_enough", "sysctls_survive_boot"));
  policy_.checks["nofile_covers_maxconn"].enabled = false;
  EXPECT_THAT(ids({.only = {"nofile_covers_maxconn"}, .skip = {}}), IsEmpty());
}

TEST_F(Assess, AWaiverCoversUntilItsLastDayIsOver) {
  test::answers().nofile = {{{"instance:a"}, failed()}};
  policy_.waivers = {waiver("nofile_covers_maxconn", "instance:*", {2027, 1, 31})};
  const Assessment last_day = run();
  EXPECT_EQ(last_day.results[0].waiver, &policy_.waivers[0]);
  EXPECT_FALSE(last_day.results[0].finding());
  EXPECT_THAT(last_day.expired_waivers, IsEmpty());
  EXPECT_THAT(last_day.unused_waivers, IsEmpty());
  today_ = {2027, 2, 1};
  const Assessment day_after = run();
  EXPECT_TRUE(day_after.results[0].finding());
  EXPECT_THAT(day_after.expired_waivers, ElementsAre(&policy_.waivers[0]));
  EXPECT_THAT(day_after.unused_waivers, IsEmpty());
}

TEST_F(Assess, AWaivedResultIsNotSortedAmongTheFindings) {
  test::answers().backlog = {{{"a"}, failed()}};
  test::answers().sysctls = {{{"b"}, failed(Severity::info)}};
  policy_.waivers = {waiver("backlog_is_long_enough", "a", {2027, 1, 31})};
  EXPECT_THAT(lines(run()), ElementsAre("sysctls_survive_boot b info", "backlog_is_long_enough a error"));
}

TEST_F(Assess, WaiversWithoutAFindingAreUnused) {
  test::answers().nofile = {{{"instance:a"}, Pass{}}, {{"instance:b"}, NotApplicable{}}};
  policy_.waivers = {waiver("nofile_covers_maxconn", "instance:a", {2027, 1, 31}),
                     waiver("nofile_covers_maxconn", "instance:gone", {2020, 1, 1})};
  EXPECT_THAT(run().unused_waivers, ElementsAre(&policy_.waivers[0], &policy_.waivers[1]));
  EXPECT_THAT(run({.only = {}, .skip = {"nofile_covers_maxconn"}}).unused_waivers, IsEmpty())
      << "its check did not run";
  test::answers().nofile = {{{"instance:a"}, unknown()}, {{"instance:gone"}, unknown()}};
  const Assessment blind = run();
  EXPECT_THAT(blind.unused_waivers, IsEmpty()) << "could not look";
  EXPECT_THAT(blind.expired_waivers, IsEmpty());
  EXPECT_EQ(blind.results[0].waiver, nullptr) << "only a finding can be accepted";
}

TEST_F(Assess, AnExpiredWaiverBesideOneInForceIsUnused) {
  test::answers().nofile = {{{"instance:a"}, failed()}};
  policy_.waivers = {waiver("nofile_covers_maxconn", "instance:a", {2020, 1, 1}),
                     waiver("nofile_covers_maxconn", "instance:*", {2028, 1, 1}),
                     waiver("nofile_covers_maxconn", "*", {2028, 1, 1})};
  const Assessment assessment = run();
  EXPECT_EQ(assessment.results[0].waiver, &policy_.waivers[1]);
  EXPECT_THAT(assessment.expired_waivers, IsEmpty());
  EXPECT_THAT(assessment.unused_waivers, ElementsAre(&policy_.waivers[0]));
}

TEST_F(Assess, AConsequenceIsFoldedIntoItsFirstCause) {
  test::answers().backlog = {{{"root"}, failed()}};
  test::answers().nofile = {{{"middle"}, failed_because("backlog_is_long_enough", {"root"})}};
  test::answers().sysctls = {{{"leaf"}, failed_because("nofile_covers_maxconn", {"middle"})}};
  const Assessment assessment = run();
  ASSERT_EQ(assessment.results.size(), 3U);
  EXPECT_FALSE(assessment.results[0].consequence_of);
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_EQ(assessment.results[i].consequence_of, Subject{"root"});
    EXPECT_EQ(assessment.results[i].consequence_check, "backlog_is_long_enough");
  }
}

TEST_F(Assess, AFindingStandsAloneWhenItsCauseIsNone) {
  const auto folded = [&](const Selection& selection = {}) {
    const Assessment assessment = run(selection);
    for (const auto& result : assessment.results) {
      if (result.consequence_of) return true;
    }
    return false;
  };
  test::answers().nofile = {{{"n"}, failed_because("backlog_is_long_enough", {"b"})}};
  test::answers().backlog = {{{"b"}, failed()}};
  EXPECT_TRUE(folded());
  EXPECT_FALSE(folded({.only = {}, .skip = {"backlog_is_long_enough"}}));
  policy_.waivers = {waiver("backlog_is_long_enough", "b", {2028, 1, 1})};
  EXPECT_FALSE(folded()) << "an accepted cause must not hide what follows from it";
  policy_.waivers.clear();
  test::answers().backlog = {{{"other"}, failed()}};
  EXPECT_FALSE(folded());
  for (const Outcome& outcome : {Outcome{Pass{}}, Outcome{NotApplicable{}}, unknown()}) {
    test::answers().backlog = {{{"b"}, outcome}};
    EXPECT_FALSE(folded());
  }
}

TEST_F(Assess, FindingsThatBlameEachOtherAreAllShown) {
  test::answers().nofile = {{{"n"}, failed_because("backlog_is_long_enough", {"b"})}};
  test::answers().backlog = {{{"b"}, failed_because("nofile_covers_maxconn", {"n"})}};
  test::answers().sysctls = {{{"self"}, failed_because("sysctls_survive_boot", {"self"})}};
  for (const auto& result : run().results) EXPECT_FALSE(result.consequence_of) << result.subject.text;
}

}  // namespace
}  // namespace preflight
