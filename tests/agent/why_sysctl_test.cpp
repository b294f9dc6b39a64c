// SPDX-License-Identifier: Apache-2.0
// From what the loaders do to what a person is told: which line is to blame for each that does not count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/why.h"
#include "tests/support/world.h"

namespace preflight::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kKey = "net.core.somaxconn";

SysctlLine line(std::string file, LineFate fate, std::string key = kKey) {
  return {.file = std::move(file), .line = 3, .text = key + "=1", .key = std::move(key), .value = "1", .fate = fate};
}

/// What systemd-sysctl makes of these lines, procps of none.
Facts facts_with(LoaderAnswer answer) {
  World world;
  SysctlBoot boot;
  KeyAtBoot key;
  key.systemd = std::move(answer);
  key.procps = LoaderAnswer{};
  key.kernel = "4096";
  boot.keys.emplace(kKey, std::move(key));
  world.facts.sysctl_boot = std::move(boot);
  world.facts.sysctl_writers = std::vector<SysctlWriter>{};
  return std::move(world.facts);
}

std::vector<std::string> blamed(const Why& why) {
  std::vector<std::string> list;
  for (const auto& each : why.answers.front().lines) list.push_back(std::string(to_string(each.fate)) + " " + each.by);
  return list;
}

TEST(WhySysctl, EveryLoserNamesItsWinner) {
  LoaderAnswer answer{.value = "1", .lines = {}, .decider = 3};
  answer.lines = {line("/a", LineFate::hidden), line("/b", LineFate::overridden),
                  line("/c", LineFate::excepted, "net.core.*"), line("/d", LineFate::decides)};
  answer.lines[0].hidden_by = "/etc/a";
  const auto why = why_sysctl(kKey, facts_with(answer));
  EXPECT_THAT(blamed(why), ElementsAre("hidden /etc/a", "overridden /d:3", "excepted /b:3", "decides "));
  EXPECT_EQ(why.answers.front().by, BootProgram::systemd_sysctl);
  EXPECT_EQ(why.answers.back().by, BootProgram::sysctl_system);
  EXPECT_EQ(why.after_boot(), "1");
}

TEST(WhySysctl, WhatTheKernelRefusesStillOverrides) {
  LoaderAnswer answer{.value = {}, .lines = {line("/a", LineFate::overridden), line("/b", LineFate::refused)}};
  const auto why = why_sysctl(kKey, facts_with(answer));
  EXPECT_THAT(blamed(why), ElementsAre("overridden /b:3", "refused "));
  EXPECT_EQ(why.after_boot(), "4096");
}

TEST(WhySysctl, TheLoaderThatBootsComesFirst) {
  auto facts = facts_with({});
  facts.sysctl_boot->loader = SysctlLoader::procps;
  EXPECT_EQ(why_sysctl(kKey, facts).answers.front().by, BootProgram::sysctl_system);
}

TEST(WhySysctl, ALateModuleLeavesTheKernelsOwnValue) {
  auto facts = facts_with({.value = "1", .lines = {line("/a", LineFate::decides)}, .decider = 0});
  facts.sysctl_boot->keys.find(kKey)->second.late_module = "nf_conntrack";
  const auto why = why_sysctl(kKey, facts);
  EXPECT_EQ(why.after_boot(), "4096");
  ASSERT_EQ(why.notes.size(), 1U);
  EXPECT_NE(why.notes.front().find("the module nf_conntrack, which nothing loads before systemd-sysctl"),
            std::string::npos);
}

TEST(WhySysctl, WritersOfThisKeyAlone) {
  auto facts = facts_with({});
  facts.sysctl_writers = {{"tuned", "/a", 1, "net.core.other", "1"}, {"ufw", "/b", 2, kKey, "7"}};
  const auto why = why_sysctl(kKey, facts);
  ASSERT_EQ(why.writers.size(), 1U);
  EXPECT_EQ(why.writers.front().owner, "ufw");
  EXPECT_EQ(why.after_boot(), "7");
  facts.sysctl_writers = unread("owners");
  EXPECT_TRUE(why_sysctl(kKey, facts).writers_error);
  EXPECT_EQ(why_sysctl(kKey, facts).after_boot(), std::nullopt);
}

TEST(WhySysctl, OneRunningValueForEachNamespaceThatDiffers) {
  auto facts = facts_with({});
  facts.networks.push_back(facts.networks.front());
  facts.networks.back().netns.pid = 7;
  EXPECT_EQ(why_sysctl(kKey, facts).running.size(), 1U);
  facts.networks.back().sysctls.values.insert_or_assign(kKey, std::string("9"));
  facts.instances.push_back(facts.instances.front());
  facts.instances.back().name = "edge.service";
  facts.instances.back().netns.pid = 7;
  const auto why = why_sysctl(kKey, facts);
  ASSERT_EQ(why.running.size(), 2U);
  EXPECT_EQ(why.running.front().where, "/proc/sys/net/core/somaxconn of haproxy.service");
  EXPECT_EQ(why.running.back().where, "/proc/sys/net/core/somaxconn of edge.service");
}

TEST(WhySysctl, ExistsWhereTheKernelAFileOrACheckSaysSo) {
  const auto exists = [](const Facts& facts) {
    auto why = why_sysctl(kKey, facts);
    why.checks.clear();
    return why.exists();
  };
  const Result<std::string> gone = fail(std::errc::no_such_file_or_directory, kKey, "no such file");
  auto facts = facts_with({});
  EXPECT_TRUE(exists(facts));
  facts.networks.front().sysctls.values.insert_or_assign(kKey, gone);
  EXPECT_FALSE(exists(facts));
  EXPECT_TRUE(why_sysctl(kKey, facts).exists()) << "a check reads it";
  facts.networks.front().sysctls.values.insert_or_assign(kKey, tl::make_unexpected(offline_tree(kKey)));
  EXPECT_TRUE(exists(facts));
  auto named = facts_with({.value = {}, .lines = {line("/a", LineFate::refused)}});
  named.networks.front().sysctls.values.insert_or_assign(kKey, gone);
  EXPECT_TRUE(exists(named));
}

TEST(WhySysctl, FilesThatCouldNotBeReadAreNoAnswer) {
  auto facts = facts_with({});
  facts.sysctl_boot = fail(std::errc::permission_denied, "/etc/sysctl.d", "Permission denied");
  const auto why = why_sysctl(kKey, facts);
  ASSERT_EQ(why.answers.size(), 1U);
  EXPECT_TRUE(why.answers.front().error);
  EXPECT_EQ(why.after_boot(), std::nullopt);
}

TEST(WhySysctl, NamesTheChecksThatRead) {
  EXPECT_THAT(checks_that_read(kKey), testing::Contains("somaxconn_covers_backlog"));
  EXPECT_THAT(checks_that_read("kernel.hostname"), IsEmpty());
}

}  // namespace
}  // namespace preflight::test
