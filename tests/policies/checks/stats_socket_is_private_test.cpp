// SPDX-License-Identifier: Apache-2.0
// Who may command haproxy: by mode, level, umask, directory and address, now and at the next start.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check stats_socket_is_private;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::stats_socket_is_private;
constexpr const char* kPath = "/run/haproxy/admin.sock";

World with_socket(const std::string& socket) {
  World world;
  world.config("global\n  stats socket " + socket + "\nlisten l\n  mode http\n  bind *:80\n");
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(StatsSocketIsPrivate, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "pass");
  EXPECT_EQ(judged(World().running()), "pass");
}

struct Sample {
  std::string socket;
  std::string verdict;
  friend std::ostream& operator<<(std::ostream& out, const Sample& sample) { return out << sample.socket; }
};

class StatsSocket : public testing::TestWithParam<Sample> {};

TEST_P(StatsSocket, IsJudged) { EXPECT_EQ(judged(with_socket(GetParam().socket)), GetParam().verdict); }

const std::string kFile = kPath;

INSTANTIATE_TEST_SUITE_P(
    Files, StatsSocket,
    testing::Values(Sample{kFile + " mode 660 level admin", "pass"}, Sample{kFile + " mode 600 level admin", "pass"},
                    Sample{kFile + " mode 0664 level admin", "pass"},  // reading its file is not connecting
                    Sample{kFile + " mode 662 level admin", "error"}, Sample{kFile + " mode 666 level admin", "error"},
                    Sample{kFile + " mode 777 level operator", "warning"}, Sample{kFile + " mode 666", "warning"},
                    Sample{kFile + " mode 666 level user", "pass"},
                    Sample{kFile + " mode 666 level user expose-fd listeners", "error"},
                    Sample{"/tmp/other.sock mode 666 level admin", "error"}));

INSTANTIATE_TEST_SUITE_P(
    Addresses, StatsSocket,
    testing::Values(Sample{"*:9999 level admin", "error"}, Sample{"192.0.2.1:9999 level admin", "error"},
                    Sample{"[::]:9999 level admin", "error"}, Sample{"lb.example.net:9999 level admin", "error"},
                    Sample{"*:9999", "warning"}, Sample{"*:9999 level user", "info"},
                    Sample{"127.0.0.1:9999 level admin", "info"}, Sample{"[::1]:9999 level operator", "pass"},
                    Sample{"localhost:9999 level operator", "pass"}, Sample{"*:9999 level admin interface lo", "info"},
                    Sample{"abns@haproxy level admin", "error"}, Sample{"abns@haproxy", "warning"},
                    Sample{"abns@haproxy level user", "pass"}, Sample{"fd@3 level admin", "not applicable"}));

TEST(StatsSocketIsPrivate, WithoutAModeTheUmaskDecides) {
  World world = with_socket(kFile + " level admin");
  EXPECT_EQ(judged(world), "pass") << "0755: nobody but root may write";
  world.instance().unit->umask = 0;
  EXPECT_EQ(judged(world), "error");
  world.instance().unit->umask = 0002;
  EXPECT_EQ(judged(world), "pass") << "0775";
  world.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_EQ(judged(world), "unknown") << "whose umask?";
}

TEST(StatsSocketIsPrivate, ModeZeroIsNoMode) {
  World world = with_socket(kFile + " mode 0 level admin");
  world.instance().unit->umask = 0;
  EXPECT_EQ(judged(world), "error");
}

TEST(StatsSocketIsPrivate, TheFileThatIsThereCounts) {
  World world;
  world.running().path(kPath, FileKind::socket, 0666);
  const auto outcome = outcome_about(world.judge(kCheck), "socket:/run/haproxy/admin.sock");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_EQ(detail_of(outcome).observed->text, "mode 0666 now, level admin");
  world = with_socket(kFile + " mode 666 level admin");
  world.running();
  EXPECT_EQ(judged(world), "error") << "somebody tightened it by hand; the next start opens it again";
}

TEST(StatsSocketIsPrivate, WithoutAUnitTheFileOfARunningInstanceTells) {
  World world = with_socket(kFile + " level admin");
  world.running().path(kPath, FileKind::socket, 0755);
  world.instance().unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  EXPECT_EQ(judged(world), "pass");
}

TEST(StatsSocketIsPrivate, ADirectoryKeepsOthersAway) {
  World world = with_socket(kFile + " mode 666 level admin");
  EXPECT_EQ(judged(world), "error");
  world.path("/run/haproxy", FileKind::directory, 0750);
  EXPECT_EQ(judged(world), "pass") << "not started yet";
  auto closed = *world.files().paths["/run/haproxy"].found;
  world.running();
  EXPECT_EQ(judged(world), "error") << "the way to the file is open";
  auto& found = world.files().paths[kPath].found;
  found->way = std::make_shared<const std::vector<FileStatus>>(std::vector<FileStatus>{closed.status});
  EXPECT_EQ(judged(world), "pass");
}

TEST(StatsSocketIsPrivate, NoSocketAtAllIsWorthKnowing) {
  World world;
  world.config("listen l\n  mode http\n  bind *:80\n");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "instance:haproxy.service")), "info");
  world.instance().command_line.master_sockets = {"/run/haproxy-master.sock"};
  EXPECT_EQ(judged(world), "not applicable");
}

TEST(StatsSocketIsPrivate, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(World().no_config()), "unknown");
  World world;
  world.running();
  world.instance().files = fail(std::errc::permission_denied, "/proc/100/root", "Permission denied");
  EXPECT_EQ(judged(world), "pass") << "the configuration sets the mode";
}

}  // namespace
}  // namespace preflight::test
