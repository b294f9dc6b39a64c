// SPDX-License-Identifier: Apache-2.0
// Who writes a demanded setting after sysctl.d, and leaves too little there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/sysctl_demand.h"
#include "tests/support/world.h"

namespace preflight::checks {
extern const Check another_owner_is_absent;
}

namespace preflight::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const Check& kCheck = checks::another_owner_is_absent;
constexpr const char* kSomaxconn = "net.core.somaxconn";
constexpr const char* kSubject = "sysctl:net.core.somaxconn";

/// The healthy host: nothing in sysctl.d, and nobody else.
World world() {
  World world;
  world.facts.sysctl_boot = SysctlBoot{};
  for (const auto key : kDemandedSysctls) {
    auto& at_boot = world.facts.sysctl_boot->keys[std::string(key)];
    at_boot.systemd = LoaderAnswer{};
    at_boot.procps = LoaderAnswer{};
  }
  world.facts.sysctl_boot->keys[kSomaxconn].kernel = "4096";
  world.facts.sysctl_writers = std::vector<SysctlWriter>{};
  return world;
}

World with_writer(SysctlWriter writer) {
  auto changed = world();
  changed.facts.sysctl_writers->push_back(std::move(writer));
  return changed;
}

World with_line(const std::string& value, const std::string& manager,
                const std::string& file = "/etc/sysctl.d/x.conf") {
  auto changed = world();
  LoaderAnswer answer;
  answer.value = value;
  answer.lines = {{.file = file,
                   .line = 3,
                   .text = "net.core.somaxconn = " + value,
                   .key = kSomaxconn,
                   .value = value,
                   .fate = LineFate::decides,
                   .managed_by = manager}};
  answer.decider = 0;
  changed.facts.sysctl_boot->keys[kSomaxconn].systemd = answer;
  return changed;
}

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), kSubject); }

SysctlWriter tuned(const std::string& value, WriteRule rule = WriteRule::sets) {
  return {"tuned", "/etc/tuned/lb/tuned.conf", 4, kSomaxconn, value, rule};
}

TEST(AnotherOwnerIsAbsent, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(world().judge(kCheck)), "pass");
  EXPECT_EQ(worst(world().running().judge(kCheck)), "pass");
}

TEST(AnotherOwnerIsAbsent, AnOwnerThatLeavesTooLittle) {
  const auto outcome = judged(with_writer(tuned("128")));
  EXPECT_EQ(verdict(outcome), "warning");
  const auto detail = detail_of(outcome);
  EXPECT_EQ(detail.why, "tuned sets net.core.somaxconn to 128 at boot, after sysctl.d: a value set there is undone");
  EXPECT_EQ(detail.where.origin.text(), "/etc/tuned/lb/tuned.conf:4:1");
  EXPECT_THAT(detail.evidence, Contains(HasSubstr("running now: 4096")));
  ASSERT_TRUE(detail.expected);
  EXPECT_FALSE(detail.terms.empty()) << "the arithmetic of the demand";
}

TEST(AnotherOwnerIsAbsent, AnOwnerThatLeavesEnough) {
  EXPECT_EQ(verdict(judged(with_writer(tuned("2000")))), "pass");
  EXPECT_EQ(verdict(judged(with_writer(tuned("1999")))), "info") << "somaxconn_covers_backlog says no more of 1999";
  EXPECT_EQ(verdict(judged(with_writer(tuned("1023")))), "warning");
}

TEST(AnotherOwnerIsAbsent, WhatIsAlreadyTooLittleIsToldToo) {
  auto small = with_writer(tuned("128"));
  small.sysctl(kSomaxconn, "128");
  EXPECT_EQ(verdict(judged(small)), "warning") << "a remedy in sysctl.d would be undone";
}

TEST(AnotherOwnerIsAbsent, AnOwnerThatOnlyRaises) {
  EXPECT_EQ(verdict(judged(with_writer(tuned("2048", WriteRule::raises)))), "pass");
  auto raised = with_line("128", "");
  raised.facts.sysctl_writers->push_back(tuned("512", WriteRule::raises));
  EXPECT_EQ(verdict(judged(raised)), "warning") << "512 after all";
  auto machine = with_writer(tuned("512", WriteRule::raises));
  machine.facts.sysctl_boot->keys[kSomaxconn].kernel.reset();
  EXPECT_EQ(verdict(judged(machine)), "pass") << "it undoes no remedy";
}

TEST(AnotherOwnerIsAbsent, AValueThatOnlyTheOwnerKnowsIsTheRunningOne) {
  EXPECT_EQ(verdict(judged(with_writer(tuned("")))), "pass");
  auto small = with_writer(tuned(""));
  small.sysctl(kSomaxconn, "128");
  EXPECT_EQ(verdict(judged(small)), "warning");
  EXPECT_THAT(detail_of(judged(small)).why, HasSubstr("tuned writes net.core.somaxconn at boot"));
  auto unread = with_writer(tuned(""));
  unread.no_sysctl(kSomaxconn);
  EXPECT_EQ(verdict(judged(unread)), "unknown");
}

TEST(AnotherOwnerIsAbsent, AnOwnerWithoutAFileIsItsUnit) {
  const auto outcome = judged(with_writer({"x.service", "x.service", 0, kSomaxconn, "64", WriteRule::sets}));
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_EQ(detail_of(outcome).where.object, "x.service");
}

TEST(AnotherOwnerIsAbsent, AManagedLineThatDecides) {
  const auto outcome = judged(with_line("128", "Ansible"));
  EXPECT_EQ(verdict(outcome), "info");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("managed by Ansible"));
  EXPECT_EQ(detail_of(outcome).where.origin.text(), "/etc/sysctl.d/x.conf:3:1");
  EXPECT_EQ(verdict(judged(with_line("65535", "Ansible"))), "pass") << "and says enough";
  EXPECT_EQ(worst(with_line("128", "").judge(kCheck)), "pass") << "a file of the host's own administrator";
}

TEST(AnotherOwnerIsAbsent, AKeyThatNothingDemands) {
  EXPECT_EQ(
      worst(with_writer({"ufw", "/etc/ufw/sysctl.conf", 3, "vm.swappiness", "10", WriteRule::sets}).judge(kCheck)),
      "pass");
  EXPECT_EQ(verdict(outcome_about(
                with_writer({"ufw", "/etc/ufw/sysctl.conf", 3, "net.ipv4.tcp_max_tw_buckets", "9", WriteRule::sets})
                    .judge(kCheck),
                "sysctl:net.ipv4.tcp_max_tw_buckets")),
            "pass")
      << "no check of this configuration minds";
}

TEST(AnotherOwnerIsAbsent, WhatCannotBeReadIsUnknown) {
  auto unread_writers = world();
  unread_writers.facts.sysctl_writers = fail(std::errc::permission_denied, "/etc/ufw/ufw.conf", "permission denied");
  EXPECT_EQ(worst(unread_writers.judge(kCheck)), "unknown");
  auto unread_boot = world();
  unread_boot.facts.sysctl_boot = fail(std::errc::permission_denied, "/etc/sysctl.d", "permission denied");
  EXPECT_EQ(worst(unread_boot.judge(kCheck)), "unknown");
  auto cookies = with_writer({"ufw", "/etc/ufw/sysctl.conf", 3, "net.ipv4.tcp_syncookies", "0", WriteRule::sets});
  cookies.no_sysctl("net.ipv4.tcp_max_syn_backlog");
  EXPECT_EQ(verdict(outcome_about(cookies.judge(kCheck), "sysctl:net.ipv4.tcp_syncookies")), "unknown")
      << "whether the backlog then is enough";
  auto one_key = with_writer(tuned("128"));
  one_key.facts.sysctl_boot->keys[kSomaxconn].systemd = fail(std::errc::permission_denied, "x.conf", "no");
  EXPECT_EQ(verdict(judged(one_key)), "unknown");
}

}  // namespace
}  // namespace preflight::test
