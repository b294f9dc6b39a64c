// SPDX-License-Identifier: Apache-2.0
// What the next boot brings, judged by the checks that judge what runs now.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/assess.h"
#include "policies/catalog.h"
#include "policies/sysctl_demand.h"
#include "tests/support/world.h"

namespace preflight::checks {
extern const Check sysctls_survive_boot;
}

namespace preflight::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const Check& kCheck = checks::sysctls_survive_boot;
constexpr const char* kSomaxconn = "net.core.somaxconn";
constexpr const char* kAboutSomaxconn = "sysctl:net.core.somaxconn";

/// Its queues need more than the kernel's own limit; a hand has set enough.
World wanting_queues() {
  World world;
  world.config(World::long_queues()).sysctl(kSomaxconn, "65535");
  return world;
}

Outcome judged(const World& world, const std::string& about = kAboutSomaxconn) {
  return outcome_about(world.judge(kCheck), about);
}

TEST(SysctlsSurviveBoot, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

TEST(SysctlsSurviveBoot, PassesWhereAFileSetsIt) {
  auto world = wanting_queues();
  world.sysctl_files({{"/etc/sysctl.d/90-haproxy.conf", "net.core.somaxconn = 65535\n"}});
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(SysctlsSurviveBoot, SetByHandIsGoneAfterBoot) {
  const auto outcome = judged(wanting_queues());
  EXPECT_EQ(verdict(outcome), "warning") << "as somaxconn_covers_backlog says of 4096";
  const auto detail = detail_of(outcome);
  EXPECT_EQ(detail.why, "net.core.somaxconn is 65535 now, 4096 after the next boot");
  EXPECT_THAT(detail.evidence, Contains(HasSubstr("then somaxconn_covers_backlog (sysctl:net.core.somaxconn)")));
  EXPECT_EQ(detail.where.object, "/proc/sys/net/core/somaxconn");
}

TEST(SysctlsSurviveBoot, AnOwnerThatWritesLaterHasTheLastWord) {
  auto world = wanting_queues();
  world.facts.sysctl_writers =
      std::vector<SysctlWriter>{{"tuned", "/etc/tuned/lb/tuned.conf", 4, kSomaxconn, "65535", WriteRule::raises}};
  const auto outcome = judged(world);
  EXPECT_EQ(verdict(outcome), "not applicable") << "another_owner_is_absent judges that";
  world.facts.sysctl_writers->front().value = "128";
  EXPECT_EQ(verdict(judged(world)), "warning") << "4096 is more than it would raise to";
  world.facts.sysctl_writers = fail(std::errc::permission_denied, "/etc/ufw/ufw.conf", "permission denied");
  EXPECT_EQ(verdict(judged(world)), "warning") << "what the loader leaves is known all the same";
}

TEST(SysctlsSurviveBoot, AFileThatWinsAtBootIsNamedWithItsLosers) {
  auto world = wanting_queues();
  world.sysctl_files({{"/etc/sysctl.d/99-haproxy.conf", "# ours\nnet.core.somaxconn = 65535\n"},
                      {"/etc/sysctl.d/99-sysctl.conf", "net/core/somaxconn=1024\n"}});
  const auto detail = detail_of(judged(world));
  EXPECT_EQ(detail.why, "net.core.somaxconn is 65535 now, 1024 after the next boot");
  EXPECT_EQ(detail.where.origin.text(), "/etc/sysctl.d/99-sysctl.conf:1:1");
  EXPECT_THAT(detail.evidence, Contains("/etc/sysctl.d/99-haproxy.conf:2 says 65535: overridden by "
                                        "/etc/sysctl.d/99-sysctl.conf:1"));
}

TEST(SysctlsSurviveBoot, ADifferenceThatNobodyMissesPasses) {
  auto world = wanting_queues();
  world.sysctl_files({{"/etc/sysctl.d/90-haproxy.conf", "net.core.somaxconn = 30000\n"}});
  EXPECT_EQ(verdict(judged(world)), "pass") << "the boundary";
  world.sysctl_files({{"/etc/sysctl.d/90-haproxy.conf", "net.core.somaxconn = 29999\n"}});
  EXPECT_NE(verdict(judged(world)), "pass");
}

TEST(SysctlsSurviveBoot, AValueTheKernelRefusesLeavesItsOwn) {
  auto world = wanting_queues();
  world.sysctl_files({{"/etc/sysctl.d/90-haproxy.conf", "net.core.somaxconn = 65535;\n"}});
  const auto detail = detail_of(judged(world));
  EXPECT_EQ(detail.why, "net.core.somaxconn is 65535 now, 4096 after the next boot");
  EXPECT_THAT(detail.evidence, Contains("/etc/sysctl.d/90-haproxy.conf:1 says 65535;: refused by the kernel"));
}

TEST(SysctlsSurviveBoot, KeysThatOnlyMakeSenseTogetherAreSupposedTogether) {
  World world;  // as a person sets both by hand: the range reaches the binds, which are reserved
  world.config(
      "global\n  maxconn 200\ndefaults\n  timeout client 9s\n  timeout connect 9s\n  timeout server 9s\n"
      "frontend web\n  bind *:8443\n  default_backend app\nbackend app\n"
      "  server a 10.0.1.1:8080 maxconn 50\n");
  world.sysctl("net.ipv4.ip_local_port_range", "1024\t65535").sysctl("net.ipv4.ip_local_reserved_ports", "8443");
  EXPECT_EQ(worst(world.judge(kCheck)), "pass") << "after boot neither is there";
  world.sysctl_files({{"/etc/sysctl.d/50-ports.conf", "net.ipv4.ip_local_port_range = 1024 65535\n"}});
  const auto outcome = judged(world, "sysctl:net.ipv4.ip_local_reserved_ports");
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_THAT(detail_of(outcome).evidence, Contains(HasSubstr("then port_range_spares_listeners (bind:tcp/*:8443)")));
}

TEST(SysctlsSurviveBoot, WhatOnlyProcpsDoesIsInfo) {
  auto world = wanting_queues();
  world.sysctl_files({{"/etc/sysctl.d/zz-haproxy.conf", "net.core.somaxconn = 65535\n"},
                      {"/etc/sysctl.conf", "net.core.somaxconn = 1024\n"}});
  const auto outcome = judged(world);
  EXPECT_EQ(verdict(outcome), "info");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("`sysctl --system`"));
  EXPECT_EQ(detail_of(outcome).where.origin.text(), "/etc/sysctl.conf:1:1");
  world.facts.sysctl_boot->loader = SysctlLoader::procps;
  EXPECT_EQ(verdict(judged(world)), "warning") << "where it is what boots the host";
}

TEST(SysctlsSurviveBoot, AKeyOfALateModuleIsNotSet) {
  World world;
  world.sysctl_files({{"/etc/sysctl.d/50-ct.conf", "net.netfilter.nf_conntrack_max = 500000\n"}});
  EXPECT_EQ(worst(world.judge(kCheck)), "pass");
  world.facts.sysctl_boot->keys.at("net.netfilter.nf_conntrack_max").late_module = "nf_conntrack";
  EXPECT_EQ(verdict(judged(world, "sysctl:net.netfilter.nf_conntrack_max")), "not applicable");
}

TEST(SysctlsSurviveBoot, AContainersNetworkIsNotSetByTheHostsBoot) {
  auto world = wanting_queues();
  world.running();
  world.network().netns.pid = 100;
  world.instance().netns.pid = 100;
  EXPECT_EQ(verdict(judged(world)), "not applicable");
}

TEST(SysctlsSurviveBoot, UnknownWhereItCouldNotLook) {
  auto world = wanting_queues();
  world.facts.sysctl_boot->keys.at(kSomaxconn).systemd =
      fail(std::errc::permission_denied, "/etc/sysctl.d/50-secret.conf", "Permission denied");
  EXPECT_EQ(verdict(judged(world)), "unknown");
  world.facts.sysctl_boot = fail(std::errc::permission_denied, "/etc/sysctl.d", "Permission denied");
  EXPECT_EQ(worst(world.judge(kCheck)), "unknown");
}

TEST(SysctlsSurviveBoot, InATreeTheBootValueIsJudgedAlone) {
  auto world = wanting_queues();
  world.facts.host.kind = HostKind::tree;
  world.network().sysctls.values[kSomaxconn] = tl::make_unexpected(offline_tree(kSomaxconn));
  world.sysctl_files({{"/etc/sysctl.d/90-haproxy.conf", "net.core.somaxconn = 100\n"}});
  const auto outcome = judged(world);
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_EQ(detail_of(outcome).why, "net.core.somaxconn is 100 after the next boot");
}

TEST(SysctlsSurviveBoot, PolicyCapsWhatTheOtherChecksSay) {
  const auto world = wanting_queues();
  Policy policy;
  policy.checks["somaxconn_covers_backlog"].severity = Severity::info;
  const auto demand = world.demand();
  const auto settings = Settings{};
  const auto outcomes = kCheck.evaluate(Case{world.facts, demand, settings, &policy});
  EXPECT_EQ(verdict(outcome_about(outcomes, kAboutSomaxconn)), "info");
  policy.checks["somaxconn_covers_backlog"].enabled = false;
  EXPECT_EQ(verdict(outcome_about(kCheck.evaluate(Case{world.facts, demand, settings, &policy}), kAboutSomaxconn)),
            "pass");
}

TEST(SysctlDemand, AsksForEveryKeyThatChecksJudge) {
  for (const auto* const check : all_checks()) {
    for (const auto key : check->needs.sysctls) {
      constexpr std::string_view kCounts[] = {"fs.file-nr", "net.netfilter.nf_conntrack_count", "net.ipv6.bindv6only"};
      if (std::find(std::begin(kCounts), std::end(kCounts), key) != std::end(kCounts)) continue;
      if (!looks_at(*check, key)) continue;
      EXPECT_NE(std::find(kDemandedSysctls.begin(), kDemandedSysctls.end(), key), kDemandedSysctls.end())
          << key << " of " << check->id;
    }
  }
}

TEST(Origins, AreToldWithEveryFindingAboutAKernelSetting) {
  auto world = wanting_queues();
  world.sysctl(kSomaxconn, "1024");
  world.sysctl_files({{"/etc/sysctl.d/50-low.conf", "net.core.somaxconn = 1024\n"}});
  const auto demand = world.demand();
  const auto assessment = assess(world.facts, demand, {}, {find_check("somaxconn_covers_backlog")}, {});
  ASSERT_EQ(assessment.results.size(), 1U);
  EXPECT_THAT(detail_of(assessment.results.front().outcome).evidence, Contains("set by /etc/sysctl.d/50-low.conf:1"));
}

TEST(Origins, TellOfTheNextBootAndOfLaterWriters) {
  auto world = wanting_queues();
  world.sysctl(kSomaxconn, "1024");
  world.facts.sysctl_writers = std::vector<SysctlWriter>{{"tuned", "/etc/tuned/lb/tuned.conf", 7, kSomaxconn, "2048"}};
  const auto demand = world.demand();
  const auto assessment = assess(world.facts, demand, {}, {find_check("somaxconn_covers_backlog")}, {});
  const auto evidence = detail_of(assessment.results.front().outcome).evidence;
  EXPECT_THAT(evidence, Contains("no file sets it: the next boot brings the kernel's own, 4096"));
  EXPECT_THAT(evidence, Contains("tuned sets it to 2048 later (/etc/tuned/lb/tuned.conf:7)"));
}

}  // namespace
}  // namespace preflight::test
