// SPDX-License-Identifier: Apache-2.0
// The spellings in which people ask about one setting.
#include "agent/cli/setting_name.h"

#include <gtest/gtest.h>

#include "tests/agent/cli/sample_checks.h"

namespace preflight::cli {
namespace {

using Kind = SettingName::Kind;

struct Spelling {
  std::string word;
  SettingName meaning;
};

TEST(SettingName, EverySpellingPeopleCopy) {
  const std::vector<Spelling> cases = {
      {"net.core.somaxconn", {Kind::sysctl, "net.core.somaxconn", ""}},
      {"net/core/somaxconn", {Kind::sysctl, "net.core.somaxconn", ""}},
      {"/proc/sys/net/core/somaxconn", {Kind::sysctl, "net.core.somaxconn", ""}},
      {"/proc/sys/net/core//somaxconn/", {Kind::sysctl, "net.core.somaxconn", ""}},
      {"net.ipv4.conf.eth0/200.forwarding", {Kind::sysctl, "net.ipv4.conf.eth0/200.forwarding", ""}},
      {"net/ipv4/conf/eth0.200/forwarding", {Kind::sysctl, "net.ipv4.conf.eth0/200.forwarding", ""}},
      {"/proc/sys/vm.d/x", {Kind::sysctl, "vm/d.x", ""}},
      {"kernel.no_such_key", {Kind::sysctl, "kernel.no_such_key", ""}},
      {"LimitNOFILE", {Kind::open_files, "", ""}},
      {"limitnofile", {Kind::open_files, "", ""}},
      {"haproxy:LimitNOFILE", {Kind::open_files, "", "haproxy.service"}},
      {"haproxy@edge.service:LimitNOFILE", {Kind::open_files, "", "haproxy@edge.service"}},
  };
  for (const auto& [word, meaning] : cases) {
    const auto name = parse_setting_name(word, test::kChecks);
    ASSERT_TRUE(name) << word << ' ' << name.error();
    EXPECT_EQ(*name, meaning) << word;
  }
}

TEST(SettingName, WhatIsNone) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "is not the name of a sysctl"},
      {".", "is not the name of a sysctl"},
      {"/", "is not the name of a sysctl"},
      {"quux", "is not the name of a sysctl"},
      {"somaxconn", "is not the name of a sysctl; did you mean 'net.core.somaxconn'?"},
      {"somaxcon", "is not the name of a sysctl; did you mean 'net.core.somaxconn'?"},
      {"LimitNOFILES", "is not the name of a sysctl; did you mean 'LimitNOFILE'?"},
      {"net..core", "is not the name of a sysctl"},
      {"../../etc/shadow", "is not the name of a sysctl"},
      {"/proc/sys/../version", "is not the name of a sysctl"},
      {"net/./core", "is not the name of a sysctl"},
      {"net.core.somaxconn\x1b", "is not the name of a sysctl; did you mean 'net.core.somaxconn'?"},
      {"net.ipv4.conf.*.rp_filter", "is a pattern; one key is asked for"},
      {"net.core.somaxconn = 4096", "is more than a name; the key alone is asked for"},
      {"net.core.somaxconn=4096", "is more than a name; the key alone is asked for"},
      {std::string(100'000, 'a') + ".b", "is longer than any name"},
  };
  for (const auto& [word, sentence] : cases) {
    const auto name = parse_setting_name(word, test::kChecks);
    ASSERT_FALSE(name) << word.substr(0, 60);
    EXPECT_EQ(name.error(), sentence) << word.substr(0, 60);
  }
}

TEST(SettingName, KnowsWhatChecksRead) {
  EXPECT_EQ(known_settings(test::kChecks), (std::vector<std::string_view>{"LimitNOFILE", "net.core.somaxconn"}));
}

}  // namespace
}  // namespace preflight::cli
