// SPDX-License-Identifier: Apache-2.0
// What tuning guides still recommend, on hosts that followed them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check sysctl_advice_is_current;
}

namespace preflight::test {
namespace {

using ::testing::HasSubstr;

const Check& kCheck = checks::sysctl_advice_is_current;
constexpr const char* kRecycle = "net.ipv4.tcp_tw_recycle";
constexpr const char* kMem = "net.ipv4.tcp_mem";
constexpr const char* kFinTimeout = "net.ipv4.tcp_fin_timeout";
constexpr const char* kAbort = "net.ipv4.tcp_abort_on_overflow";
constexpr const char* kReuse = "net.ipv4.tcp_tw_reuse";
constexpr const char* kBuckets = "net.ipv4.tcp_max_tw_buckets";

/// A kernel of today that nobody tuned; the settings that are gone are not there.
World world() {
  World world;
  world.sysctl(kMem, "94026\t125368\t188052").sysctl(kFinTimeout, "60").sysctl(kAbort, "0");
  for (const auto* const gone : {kRecycle, "net.ipv4.netfilter.ip_conntrack_max"})
    world.no_sysctl(gone, std::errc::no_such_file_or_directory);
  world.facts.sysctl_boot = SysctlBoot{};
  for (const auto key : kCheck.needs.sysctls) {
    auto& at_boot = world.facts.sysctl_boot->keys[std::string(key)];
    at_boot.systemd = LoaderAnswer{};
    at_boot.procps = LoaderAnswer{};
  }
  return world;
}

/// The line of a guide, as boot loads it; line numbers count up.
World& line(World& world, const std::string& key, const std::string& value, LineFate fate = LineFate::decides) {
  auto& answer = *world.facts.sysctl_boot->keys[key].systemd;
  answer.lines.push_back({.file = "/etc/sysctl.d/90-guide.conf",
                          .line = static_cast<std::uint32_t>(answer.lines.size() + 1),
                          .text = key + " = " + value,
                          .key = key,
                          .value = value,
                          .fate = fate});
  if (fate != LineFate::decides) return world;
  answer.value = value;
  answer.decider = answer.lines.size() - 1;
  return world;
}

World with(const std::string& key, const std::string& value) {
  auto changed = world();
  line(changed, key, value);
  return changed;
}

Outcome about(const World& world, const std::string& key) {
  return outcome_about(world.judge(kCheck), "sysctl:" + key);
}

TEST(SysctlAdviceIsCurrent, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(world().judge(kCheck)), "pass");
  EXPECT_EQ(worst(world().running().judge(kCheck)), "pass");
  auto tuned = with(kReuse, "1");
  line(tuned, "net.ipv4.tcp_timestamps", "1");
  EXPECT_EQ(worst(tuned.judge(kCheck)), "pass");
}

TEST(SysctlAdviceIsCurrent, RecyclingIsGone) {
  const auto outcome = about(with(kRecycle, "1"), kRecycle);
  EXPECT_EQ(verdict(outcome), "info");
  EXPECT_EQ(detail_of(outcome).where.origin.text(), "/etc/sysctl.d/90-guide.conf:1:1");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("the kernel has no such setting"));
  EXPECT_EQ(worst(with(kRecycle, "0").judge(kCheck)), "pass") << "nobody relies on that";
  auto hidden = world();
  line(hidden, kRecycle, "1", LineFate::hidden);
  EXPECT_EQ(worst(hidden.judge(kCheck)), "pass") << "its file is not read";
  auto denied = with(kRecycle, "1");
  denied.no_sysctl(kRecycle, std::errc::permission_denied);
  EXPECT_EQ(worst(denied.judge(kCheck)), "pass") << "whether it is gone is not known";
}

TEST(SysctlAdviceIsCurrent, RecyclingWhereItStillIs) {
  auto old = world();
  old.sysctl(kRecycle, "1");
  EXPECT_EQ(verdict(about(old, kRecycle)), "warning") << "set by hand";
  EXPECT_EQ(detail_of(about(old, kRecycle)).where.object, kRecycle);
  EXPECT_EQ(verdict(about(line(old, kRecycle, "1"), kRecycle)), "warning");
  old.sysctl(kRecycle, "0");
  EXPECT_EQ(worst(line(old, kRecycle, "0").judge(kCheck)), "pass");
}

TEST(SysctlAdviceIsCurrent, TheOldNameOfConntrackMax) {
  constexpr const char* kOld = "net.ipv4.netfilter.ip_conntrack_max";
  EXPECT_EQ(verdict(about(with(kOld, "655360"), kOld)), "info");
  EXPECT_THAT(detail_of(about(with(kOld, "655360"), kOld)).why, HasSubstr("net.netfilter.nf_conntrack_max"));
}

TEST(SysctlAdviceIsCurrent, BytesWherePagesAreAskedFor) {
  // 8,000,000,000 bytes are 1,953,125 pages.
  EXPECT_EQ(verdict(about(with(kMem, "8388608 8388608 8388608"), kMem)), "warning");
  EXPECT_EQ(verdict(about(with(kMem, "786432\t1048576\t26777216"), kMem)), "info");
  EXPECT_EQ(worst(with(kMem, "1 2 1953125").judge(kCheck)), "pass");
  EXPECT_EQ(verdict(about(with(kMem, "1 2 1953126"), kMem)), "info");
  auto by_hand = world();
  by_hand.sysctl(kMem, "8388608\t8388608\t8388608");
  EXPECT_EQ(verdict(about(by_hand, kMem)), "warning");
  auto odd = with(kMem, "8388608");
  EXPECT_EQ(worst(odd.judge(kCheck)), "pass") << "one number is no tcp_mem";
  auto unknown = with(kMem, "8388608 8388608 8388608");
  unknown.facts.host.memory = unread("memory");
  EXPECT_EQ(worst(unknown.judge(kCheck)), "pass") << "nothing to compare with";
}

TEST(SysctlAdviceIsCurrent, FinTimeoutIsNotTimeWait) {
  EXPECT_EQ(worst(with(kFinTimeout, "15").judge(kCheck)), "pass") << "alone it may be meant";
  auto guide = with(kFinTimeout, "15");
  line(guide, kReuse, "1");
  EXPECT_EQ(verdict(about(guide, kFinTimeout)), "info");
  auto longer = with(kFinTimeout, "60");
  line(longer, kReuse, "1");
  EXPECT_EQ(worst(longer.judge(kCheck)), "pass");
}

TEST(SysctlAdviceIsCurrent, RefusingInABurst) {
  EXPECT_EQ(verdict(about(with(kAbort, "1"), kAbort)), "warning");
  EXPECT_EQ(verdict(about(world().sysctl(kAbort, "1"), kAbort)), "warning");
  EXPECT_EQ(worst(with(kAbort, "0").sysctl(kAbort, "1").judge(kCheck)), "pass") << "the next boot puts it right";
}

TEST(SysctlAdviceIsCurrent, ReuseWithoutTimestamps) {
  auto guide = with(kReuse, "1");
  line(guide, "net.ipv4.tcp_timestamps", "0");
  const auto outcome = about(guide, kReuse);
  EXPECT_EQ(verdict(outcome), "info");
  ASSERT_TRUE(detail_of(outcome).consequence_of);
  EXPECT_EQ(detail_of(outcome).consequence_of->check, "time_wait_leaves_ports");
  EXPECT_EQ(worst(world().sysctl("net.ipv4.tcp_timestamps", "0").judge(kCheck)), "pass")
      << "nobody asked for reuse in a file";
}

TEST(SysctlAdviceIsCurrent, FewerTimeWaitSockets) {
  EXPECT_EQ(verdict(about(with(kBuckets, "5000"), kBuckets)), "info");
  EXPECT_THAT(detail_of(about(with(kBuckets, "6000"), kBuckets)).why, HasSubstr("100 closes a second"));
  EXPECT_EQ(verdict(about(with(kBuckets, "32767"), kBuckets)), "info");
  EXPECT_EQ(worst(with(kBuckets, "32768").judge(kCheck)), "pass");
  EXPECT_EQ(worst(world().sysctl(kBuckets, "2048").judge(kCheck)), "pass") << "a small machine's own default";
}

TEST(SysctlAdviceIsCurrent, ARefusedValueIsSaidAllTheSame) {
  auto guide = world();
  line(guide, kRecycle, "yes", LineFate::refused);
  EXPECT_EQ(verdict(about(guide, kRecycle)), "info");
}

TEST(SysctlAdviceIsCurrent, WhatCannotBeReadIsUnknown) {
  auto unread_boot = world();
  unread_boot.facts.sysctl_boot = fail(std::errc::permission_denied, "/etc/sysctl.d", "permission denied");
  EXPECT_EQ(worst(unread_boot.judge(kCheck)), "unknown");
  auto one_key = world();
  one_key.facts.sysctl_boot->keys[kMem].systemd = fail(std::errc::permission_denied, "x.conf", "no");
  EXPECT_EQ(verdict(about(one_key, kMem)), "unknown");
}

}  // namespace
}  // namespace preflight::test
