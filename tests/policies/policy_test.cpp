// SPDX-License-Identifier: Apache-2.0
// Days are the calendar's, waivers cover what they say, and settings fall back to what the check declared.
#include "policies/policy.h"

#include <gtest/gtest.h>

#include "tests/policies/synthetic_checks.h"

namespace preflight {
namespace {

TEST(Day, ComesFromSecondsInUtc) {
  EXPECT_EQ(day_of(0), (Day{1970, 1, 1}));
  EXPECT_EQ(day_of(-1), (Day{1969, 12, 31}));
  EXPECT_EQ(day_of(1'801'439'999), (Day{2027, 1, 31}));
  EXPECT_EQ(day_of(1'801'440'000), (Day{2027, 2, 1}));
  EXPECT_EQ(to_string(Day{2027, 1, 31}), "2027-01-31");
}

TEST(Day, IsParsedOnlyIfItIsInTheCalendar) {
  EXPECT_EQ(parse_day("2027-01-31"), (Day{2027, 1, 31}));
  EXPECT_EQ(parse_day("2028-02-29"), (Day{2028, 2, 29}));
  EXPECT_EQ(parse_day("2000-02-29"), (Day{2000, 2, 29}));
  for (const char* text : {"", "2027-02-29", "2100-02-29", "2027-02-30", "2027-13-01", "2027-00-10", "2027-04-31",
                           "2027-1-31", "2027-01-31 ", " 2027-01-31", "20270131", "2027/01/31", "-027-01-31",
                           "2027--1-31", "2027-01--1", "2027-01-3x", "+027-01-31"}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
}

TEST(Waiver, CoversExactlyOrByPrefix) {
  Waiver waiver;
  waiver.check = "a";
  waiver.subject = "bind:tcp/*:443";
  EXPECT_TRUE(waiver.covers("a", {"bind:tcp/*:443"})) << "a '*' inside is a character";
  EXPECT_FALSE(waiver.covers("a", {"bind:tcp/10.0.0.1:443"}));
  EXPECT_FALSE(waiver.covers("b", {"bind:tcp/*:443"}));
  waiver.subject = "bind:tcp/*";
  EXPECT_TRUE(waiver.covers("a", {"bind:tcp/*:443"}));
  EXPECT_TRUE(waiver.covers("a", {"bind:tcp/"}));
  EXPECT_FALSE(waiver.covers("a", {"bind:udp/1.2.3.4:443"}));
  waiver.subject = "*";
  EXPECT_TRUE(waiver.covers("a", {""}));
  EXPECT_TRUE(waiver.covers("a", {"host"}));
}

TEST(Settings, AreThePolicysElseTheStandard) {
  Settings settings;
  EXPECT_EQ(settings.get(test::kNofileParameters[0]), 10);
  settings.values["spare_percent"] = 0;
  EXPECT_EQ(settings.get(test::kNofileParameters[0]), 0);
}

TEST(Subject, IsNamedAsTheReportNamesIt) {
  EXPECT_EQ(subject::sysctl("net.core.somaxconn").text, "sysctl:net.core.somaxconn");
  EXPECT_EQ(subject::unit("haproxy.service").text, "unit:haproxy.service");
  EXPECT_EQ(subject::bind("tcp", "*:443").text, "bind:tcp/*:443");
  EXPECT_EQ(subject::tuple("*", "10.0.1.1:8080").text, "tuple:*>10.0.1.1:8080");
  EXPECT_EQ(subject::instance("haproxy.service").text, "instance:haproxy.service");
  EXPECT_EQ(subject::config("/etc/haproxy/haproxy.cfg").text, "config:/etc/haproxy/haproxy.cfg");
  EXPECT_EQ(subject::host().text, "host");
}

TEST(Measure, IsSaidWithItsUnit) {
  EXPECT_EQ(Measure(200'042, "descriptors").text, "200,042 descriptors");
  EXPECT_EQ(Measure(7, "").text, "7");
  const Measure words("10240 65535");
  EXPECT_EQ(std::get<std::string>(words.value), "10240 65535");
  EXPECT_EQ(words.text, "10240 65535");
}

}  // namespace
}  // namespace preflight
