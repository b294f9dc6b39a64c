// SPDX-License-Identifier: Apache-2.0
// Our files hold what was asked for, and keep every other line.
#include "remediations/own_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace preflight {
namespace {

using testing::EndsWith;
using testing::StartsWith;

TEST(OwnFiles, ANewFileSaysWhatItIs) {
  const auto content = with_settings("", {{"net.core.somaxconn", "30000"}});
  EXPECT_THAT(content, StartsWith("# Written by lbpreflight"));
  EXPECT_THAT(content, EndsWith("\nnet.core.somaxconn = 30000\n"));
}

TEST(OwnFiles, TheLineThatDecidesIsReplacedAndTheOthersStay) {
  const std::string before = "# mine\nnet/core/somaxconn=1\nfs.nr_open = 7\n-net.core.somaxconn = 2\n";
  EXPECT_EQ(with_settings(before, {{"net.core.somaxconn", "30000"}}),
            "# mine\nnet/core/somaxconn=1\nfs.nr_open = 7\nnet.core.somaxconn = 30000\n");
}

TEST(OwnFiles, WhatIsNewComesLastAndALineEndIsAdded) {
  EXPECT_EQ(with_settings("a.b = 1", {{"c.d", "2"}}), "a.b = 1\nc.d = 2\n");
}

TEST(OwnFiles, CommentsAreNoSettings) {
  EXPECT_EQ(with_settings("# a.b = 1\n; a.b = 2\n", {{"a.b", "3"}}), "# a.b = 1\n; a.b = 2\na.b = 3\n");
}

TEST(OwnFiles, SettingTwiceIsSettingOnce) {
  const auto once = with_settings("", {{"a.b", "1"}, {"c.d", "2"}});
  EXPECT_EQ(with_settings(once, {{"a.b", "1"}, {"c.d", "2"}}), once);
}

TEST(OwnFiles, AModuleIsNamedOnce) {
  const auto once = with_module("", "nf_conntrack");
  EXPECT_THAT(once, EndsWith("\nnf_conntrack\n"));
  EXPECT_EQ(with_module(once, "nf_conntrack"), once);
}

TEST(OwnFiles, TheDropInIsOfTheUnit) {
  EXPECT_EQ(drop_in("haproxy.service"), "/etc/systemd/system/haproxy.service.d/zz-lbpreflight.conf");
  EXPECT_THAT(with_limit(200704), EndsWith("[Service]\nLimitNOFILE=200704\n"));
}

}  // namespace
}  // namespace preflight
