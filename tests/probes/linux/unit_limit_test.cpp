// SPDX-License-Identifier: Apache-2.0
// Which line decides a unit's limit, and what became of the others; the rules were compared with systemd 252 by
// scripts/truth --units.
#include "probes/linux/unit_limit.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "probes/linux/unit_name.h"
#include "tests/support/map_host.h"

namespace preflight {
namespace {

constexpr const char* kUnit = "haproxy.service";
const std::string kVendor = "/usr/lib/systemd/system/";
const std::string kSite = "/etc/systemd/system/";
const std::string kRun = "/run/systemd/system/";

std::string service(const std::string& lines) { return "[Service]\n" + lines + "\n"; }

test::MapHost stock() {
  test::MapHost host;
  host.files[kVendor + kUnit] = service("ExecStart=/usr/sbin/haproxy");
  return host;
}

UnitLimit resolved(const HostView& host, const std::string& unit = kUnit) {
  auto limit = resolve_unit_limit(host, unit);
  EXPECT_TRUE(limit) << describe(limit.error());
  return limit ? *limit : UnitLimit{};
}

/// "hard place", or only the number where no file decides.
std::string told(const Result<GivenLimit>& given) {
  if (!given) return describe(given.error());
  const auto* line = given->deciding();
  return std::to_string(given->limits.hard) + (line != nullptr ? " " + line->place() : "");
}

TEST(UnitLimit, WithoutALineItIsSystemdsOwnDefault) {
  const auto limit = resolved(stock());
  EXPECT_EQ(told(limit.reloaded), "524288");
  EXPECT_EQ(told(limit.at_boot), "524288");
  EXPECT_TRUE(limit.reloaded.lines.empty());
}

TEST(UnitLimit, EveryLineIsToldWithItsFate) {
  auto host = stock();
  host.files["/etc/systemd/system.conf"] = "[Manager]\n#\nDefaultLimitNOFILE=100:200\n";
  host.files[kSite + "haproxy.service.d/10-a.conf"] = service("LimitNOFILE=1000\nLimitNOFILE=10k");
  host.files[kVendor + "haproxy.service.d/10-a.conf"] = service("LimitNOFILE=2000");
  host.files[kSite + "service.d/20-b.conf"] = "LimitNOFILE=7\n" + service("LimitNOFILE=3000");
  const auto given = resolved(host).reloaded;
  EXPECT_EQ(told(given), "3000 " + kSite + "service.d/20-b.conf:3");
  struct Want {
    LimitFate fate;
    const char* text;
    std::string reason;
  };
  const Want wanted[] = {{LimitFate::overridden, "DefaultLimitNOFILE=100:200", ""},
                         {LimitFate::overridden, "LimitNOFILE=1000", ""},
                         {LimitFate::ignored, "LimitNOFILE=10k", "a number of descriptors takes no suffix"},
                         {LimitFate::hidden, "LimitNOFILE=2000", kSite + "haproxy.service.d/10-a.conf"},
                         {LimitFate::ignored, "LimitNOFILE=7", "it stands before any section"},
                         {LimitFate::decides, "LimitNOFILE=3000", ""}};
  ASSERT_EQ(given.lines.size(), std::size(wanted));
  for (std::size_t i = 0; i < given.lines.size(); ++i) {
    EXPECT_EQ(given.lines[i].fate, wanted[i].fate) << wanted[i].text;
    EXPECT_EQ(given.lines[i].text, wanted[i].text);
    EXPECT_EQ(given.lines[i].reason, wanted[i].reason) << wanted[i].text;
  }
}

TEST(UnitLimit, TheManagersDefaultHasAPlaceToo) {
  auto host = stock();
  host.files["/usr/lib/systemd/system.conf.d/50-x.conf"] = "[Manager]\nDefaultLimitNOFILE=100:200\n";
  EXPECT_EQ(told(resolved(host).reloaded), "200 /usr/lib/systemd/system.conf.d/50-x.conf:2");
}

TEST(UnitLimit, WhatStandsInRunIsGoneAfterTheBoot) {
  auto host = stock();
  host.files[kSite + "haproxy.service.d/10-a.conf"] = service("LimitNOFILE=1000");
  host.files[kRun + "haproxy.service.d/50-b.conf"] = service("LimitNOFILE=5000");
  const auto limit = resolved(host);
  EXPECT_EQ(told(limit.reloaded), "5000 " + kRun + "haproxy.service.d/50-b.conf:2");
  EXPECT_EQ(told(limit.at_boot), "1000 " + kSite + "haproxy.service.d/10-a.conf:2");
}

TEST(UnitLimit, AMaskInRunIsGoneToo) {
  auto host = stock();
  host.files[kVendor + "haproxy.service.d/10-a.conf"] = service("LimitNOFILE=1000");
  host.links[kRun + "haproxy.service.d/10-a.conf"] = "/dev/null";
  const auto limit = resolved(host);
  EXPECT_EQ(told(limit.reloaded), "524288");
  EXPECT_EQ(told(limit.at_boot), "1000 " + kVendor + "haproxy.service.d/10-a.conf:2");
}

TEST(UnitLimit, WhatGeneratorsWriteComesBack) {
  auto host = stock();
  host.files["/run/systemd/generator/haproxy.service.d/a.conf"] = service("LimitNOFILE=1000");
  EXPECT_EQ(told(resolved(host).at_boot), "1000 /run/systemd/generator/haproxy.service.d/a.conf:2");
}

TEST(UnitLimit, AUnitInRunAloneIsNotThereAfterTheBoot) {
  test::MapHost host;
  host.files[kRun + kUnit] = service("LimitNOFILE=1000");
  const auto limit = resolved(host);
  EXPECT_EQ(told(limit.reloaded), "1000 " + kRun + kUnit + ":2");
  ASSERT_FALSE(limit.at_boot);
  EXPECT_EQ(limit.at_boot.error().code, std::errc::no_such_file_or_directory);
}

TEST(UnitLimit, DropInsOfEveryNameCount) {
  test::MapHost host;
  host.files[kVendor + "lb-main.service"] = service("LimitNOFILE=1");
  host.links[kSite + kUnit] = kVendor + "lb-main.service";
  EXPECT_EQ(resolved(host).id, "lb-main.service");
  host.files[kSite + "haproxy.service.d/a.conf"] = service("LimitNOFILE=2");
  EXPECT_EQ(told(resolved(host).reloaded), "2 " + kSite + "haproxy.service.d/a.conf:2");
  host.files[kVendor + "lb-.service.d/a.conf"] = service("LimitNOFILE=3");
  EXPECT_EQ(told(resolved(host).reloaded), "3 " + kVendor + "lb-.service.d/a.conf:2") << "its own name comes first";
  host.links[kSite + "other.service"] = "haproxy.service";
  host.files[kSite + "other.service.d/b.conf"] = service("LimitNOFILE=4");
  EXPECT_EQ(told(resolved(host).reloaded), "4 " + kSite + "other.service.d/b.conf:2") << "an alias of an alias";
}

TEST(UnitLimit, ALinkThatLeadsElsewhereIsTheUnitItself) {
  test::MapHost host;
  host.files["/opt/lb/unit.service"] = service("LimitNOFILE=5");
  host.links[kSite + kUnit] = "/opt/lb/unit.service";
  const auto limit = resolved(host);
  EXPECT_EQ(limit.id, kUnit);
  EXPECT_EQ(told(limit.reloaded), "5 " + kSite + kUnit + ":2");
}

TEST(UnitLimit, TheHigherDirectoryCountsBeforeTheMoreSpecificName) {
  test::MapHost host;
  host.files[kVendor + "lb@.service"] = service("");
  host.files[kVendor + "lb@x.service.d/a.conf"] = service("LimitNOFILE=1");
  host.files[kSite + "lb@.service.d/a.conf"] = service("LimitNOFILE=2");
  EXPECT_EQ(told(resolved(host, "lb@x.service").reloaded), "2 " + kSite + "lb@.service.d/a.conf:2");
}

TEST(UnitLimit, ALineThatSystemdCannotTakeEndsADropIn) {
  auto host = stock();
  host.files[kSite + "haproxy.service.d/a.conf"] = service("LimitNOFILE=1\n[Service\nLimitNOFILE=2");
  host.files[kSite + "haproxy.service.d/b.conf"] = service("A=\xff\nLimitNOFILE=3");
  const auto given = resolved(host).reloaded;
  EXPECT_EQ(told(given), "1 " + kSite + "haproxy.service.d/a.conf:2");
  EXPECT_EQ(given.lines.back().reason, "systemd reads no further than line 2, which is not UTF-8");
}

TEST(UnitLimit, ALineThatSystemdCannotTakeEndsTheManagersFiles) {
  auto host = stock();
  host.files["/etc/systemd/system.conf"] = "[Manager]\nDefaultLimitNOFILE=5\n[x\n";
  host.files["/etc/systemd/system.conf.d/a.conf"] = "[Manager]\nDefaultLimitNOFILE=6\n";
  EXPECT_EQ(told(resolved(host).reloaded), "5 /etc/systemd/system.conf:2");
}

TEST(UnitLimit, PamNameIsTold) {
  auto host = stock();
  host.files[kSite + "haproxy.service.d/a.conf"] = service("PAMName=login");
  EXPECT_EQ(resolved(host).pam_name, "login");
}

TEST(UnitLimit, WhatIsNotThereIsNotReadOrIsMaskedIsAnError) {
  EXPECT_EQ(resolve_unit_limit(test::MapHost(), kUnit).error().code, std::errc::no_such_file_or_directory);
  auto masked = stock();
  masked.links[kSite + kUnit] = "/dev/null";
  EXPECT_EQ(resolve_unit_limit(masked, kUnit).error().code, std::errc::operation_not_permitted);
  auto broken = stock();
  broken.files[kVendor + kUnit] = "[Service\n";
  EXPECT_EQ(resolve_unit_limit(broken, kUnit).error().code, std::errc::bad_message);
  auto refused = stock();
  refused.files[kSite + "haproxy.service.d/a.conf"] = service("");
  refused.refused[kSite + "haproxy.service.d/a.conf"] = EACCES;
  EXPECT_EQ(resolve_unit_limit(refused, kUnit).error().code, std::errc::permission_denied);
}

TEST(UnitName, KindsAndParts) {
  EXPECT_EQ(unit_name_kind("haproxy.service"), UnitNameKind::plain);
  EXPECT_EQ(unit_name_kind("haproxy@.service"), UnitNameKind::blank);
  EXPECT_EQ(unit_name_kind("haproxy@a@b.service"), UnitNameKind::instance);
  for (const char* name : {"", ".service", "a", "a.cfg", "@x.service", "a/b.service", "a b.service", "a.service.d"})
    EXPECT_FALSE(unit_name_kind(name)) << name;
  EXPECT_FALSE(unit_name_kind(std::string(248, 'x') + ".service"));
  EXPECT_EQ(template_of("a@b.c.service"), "a@.service");
  EXPECT_EQ(instance_of("a@b.c.service"), "b.c");
}

TEST(UnitName, DropInsOfPrefixes) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(drop_in_names("haproxy.service"), (Names{"haproxy.service"}));
  EXPECT_EQ(drop_in_names("a-b-c.service"), (Names{"a-b-c.service", "a-b-.service", "a-.service"}));
  EXPECT_EQ(drop_in_names("a-b@x.service"),
            (Names{"a-b@x.service", "a-b@.service", "a-.service", "a-@x.service", "a-@.service"}));
  EXPECT_EQ(drop_in_names("-a.service"), (Names{"-a.service"}));
  EXPECT_EQ(drop_in_names(std::string(127, '-') + std::string(100, 'a') + "@x.service").size(), 380U);
}

}  // namespace
}  // namespace preflight
