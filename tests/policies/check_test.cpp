// SPDX-License-Identifier: Apache-2.0
// What all checks share: an instance that could not be read is named, and each subject is judged once.
#include "policies/check.h"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "policies/catalog.h"
#include "tests/support/world.h"

namespace preflight::test {
namespace {

Outcome asking(std::int64_t number, Severity severity) {
  Detail detail;
  detail.expected = Expectation{Relation::at_least, Measure(number, "connections")};
  return Fail{severity, std::move(detail)};
}

Outcome unknown() { return Unknown{{std::errc::permission_denied, "/proc", "hidden"}}; }

TEST(Check, AnInstanceWithoutADemandIsUnknown) {
  World world;
  const Settings settings;
  const auto demand = world.demand();
  EXPECT_TRUE(unread_instances(Case{world.facts, demand, settings}).empty());
  world.no_config();
  const auto none = world.demand();
  EXPECT_EQ(verdict(outcome_about(unread_instances(Case{world.facts, none, settings}), "instance:haproxy.service")),
            "unknown");
}

TEST(Check, NoCheckOverConfigurationsPassesOverOneItCannotRead) {
  World world;
  world.running().enforcing().no_config();
  for (const Check* check : all_checks()) {
    const auto outcomes = world.judge(*check);
    const std::set<std::string_view> of_the_host = {"config_is_valid",
                                                    "service_is_running",
                                                    "conntrack_covers_maxconn",
                                                    "haproxy_is_confined",
                                                    "port_range_keeps_selinux_checks",
                                                    "selinux_booleans_survive_boot",
                                                    "selinux_has_not_denied",
                                                    "selinux_store_is_healthy"};
    const bool reads_none = of_the_host.contains(check->id);
    const auto seen = worst(outcomes);
    EXPECT_TRUE(reads_none ? seen != "nothing" : seen == "unknown") << check->id << ": " << seen;
  }
}

TEST(Check, TheWorstOfEachSubjectIsKept) {
  const auto kept = worst_of_each_subject({{{"b"}, Pass{}},
                                           {{"a"}, NotApplicable{}},
                                           {{"a"}, Pass{}},
                                           {{"b"}, asking(1, Severity::info)},
                                           {{"b"}, unknown()},
                                           {{"c"}, unknown()},
                                           {{"c"}, Pass{}}});
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(verdict(kept[0].outcome), "pass");
  EXPECT_EQ(verdict(kept[1].outcome), "info");
  EXPECT_EQ(verdict(kept[2].outcome), "unknown");
}

TEST(Check, OfEquallyBadOnesTheOneThatAsksForMost) {
  const auto kept = worst_of_each_subject({{{"a"}, asking(5, Severity::warning)},
                                           {{"a"}, asking(9, Severity::warning)},
                                           {{"a"}, asking(99, Severity::info)}});
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(std::get<std::int64_t>(detail_of(kept[0].outcome).expected->measure.value), 9);
}

TEST(Check, PercentagesAreExactAndDoNotOverflow) {
  EXPECT_EQ(percent_of(1001, 80), 800);
  EXPECT_EQ(percent_of(99, 50), 49);
  EXPECT_EQ(percent_of(INT64_MAX, 100), INT64_MAX);
}

}  // namespace
}  // namespace preflight::test
