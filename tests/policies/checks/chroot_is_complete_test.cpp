// SPDX-License-Identifier: Apache-2.0
// The chroot's directory, who may write there, and the log sockets in it.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check chroot_is_complete;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::chroot_is_complete;
constexpr const char* kChroot = "/var/lib/haproxy";

World with_chroot(const std::string& more = "") {
  World world;
  world.config("global\n  chroot /var/lib/haproxy\n" + more + "listen l\n  mode http\n  bind *:80\n");
  world.path(kChroot, FileKind::directory, 0755);
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(ChrootIsComplete, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "not applicable") << "none is set";
  EXPECT_EQ(judged(with_chroot()), "pass");
  EXPECT_EQ(judged(with_chroot("  log /dev/log local0\n").log_socket("/dev/log")), "pass");
  EXPECT_EQ(judged(with_chroot("  log 127.0.0.1 local0\n  log /dev/log local0\n").running().log_socket("/dev/log")),
            "pass");
}

TEST(ChrootIsComplete, AMissingDirectoryPreventsTheStart) {
  World world = with_chroot();
  world.no_path(kChroot);
  const auto outcome = outcome_about(world.judge(kCheck), "file:/var/lib/haproxy");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(judged(with_chroot().path(kChroot, FileKind::regular)), "error");
}

TEST(ChrootIsComplete, EnteringItNeedsACapability) {
  World world = with_chroot();
  world.instance().unit->capability_bounding_set = ~(1ULL << kCapSysChroot);
  const auto outcome = outcome_about(world.judge(kCheck), "file:/var/lib/haproxy");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  world.config("global\n  chroot /\nlisten l\n  mode http\n  bind *:80\n");
  EXPECT_EQ(judged(world), "error") << "even that one is entered";
}

TEST(ChrootIsComplete, AnOrdinaryUserNeedsItsOwnWayIn) {
  World world = with_chroot();
  world.instance().unit->user = "haproxy";
  world.files().starter = Account{106, 113};
  EXPECT_EQ(judged(world), "error");
  world.instance().unit->ambient_capabilities = 1ULL << kCapSysChroot;
  EXPECT_EQ(judged(world), "pass");
  world.path(kChroot, FileKind::directory, 0700);
  EXPECT_EQ(judged(world), "error") << "closed";
  world.instance().unit->ambient_capabilities |= 1ULL << kCapDacOverride;
  EXPECT_EQ(judged(world), "pass");
}

TEST(ChrootIsComplete, WhoStartsItMustBeKnown) {
  World world = with_chroot();
  world.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(judged(world), "unknown");
}

TEST(ChrootIsComplete, WhoMayWriteThere) {
  const Account haproxy{106, 113};
  EXPECT_EQ(judged(with_chroot().path(kChroot, FileKind::directory, 0777)), "warning");
  EXPECT_EQ(judged(with_chroot().path(kChroot, FileKind::directory, 01777)), "warning");
  EXPECT_EQ(judged(with_chroot().path(kChroot, FileKind::directory, 0775)), "pass") << "root's group";
  EXPECT_EQ(judged(with_chroot().path(kChroot, FileKind::directory, 0755, haproxy)), "info");
  EXPECT_EQ(judged(with_chroot().path(kChroot, FileKind::directory, 0555, haproxy)), "pass");
  EXPECT_EQ(judged(with_chroot().path(kChroot, FileKind::directory, 0775, Account{0, 113})), "info");
  EXPECT_EQ(judged(with_chroot().path(kChroot, FileKind::directory, 0775, Account{0, 999})), "pass");
}

TEST(ChrootIsComplete, ALogSocketOutsideOnlyIsNeverFound) {
  World world = with_chroot("  log /dev/log local0\n");
  world.no_log_socket("/dev/log");
  const auto outcome = outcome_about(world.judge(kCheck), "log:/dev/log");
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_FALSE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(judged(with_chroot("  log /dev/log local0\n").log_socket("/dev/log", FileKind::regular)), "warning");
}

TEST(ChrootIsComplete, LogsOfProxiesCountOnce) {
  World world;
  world.config(
      "global\n  chroot /var/lib/haproxy\ndefaults\n  mode http\n  log /dev/log local0\n"
      "listen a\n  bind *:80\nlisten b\n  bind *:81\n");
  world.path(kChroot, FileKind::directory, 0755).no_log_socket("/dev/log");
  EXPECT_EQ(world.judge(kCheck).size(), 2U);
  EXPECT_EQ(judged(world), "warning");
}

TEST(ChrootIsComplete, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(World().no_config()), "unknown");
  EXPECT_EQ(judged(with_chroot().no_path(kChroot, std::errc::permission_denied)), "unknown");
  EXPECT_EQ(judged(with_chroot("  log /dev/log local0\n").no_log_socket("/dev/log", std::errc::permission_denied)),
            "unknown");
  World world = with_chroot();
  world.instance().files = fail(std::errc::permission_denied, "/proc/100/root", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
  World strange = with_chroot().path(kChroot, FileKind::directory, 0775, Account{0, 113});
  strange.files().worker = fail(std::errc::no_such_file_or_directory, "/etc/passwd", "does not know 'haproxy'");
  EXPECT_EQ(judged(strange), "unknown");
}

TEST(ChrootIsComplete, NotApplicable) {
  World world;
  world.config("global\n  chroot /\nlisten l\n  mode http\n  bind *:80\n");
  EXPECT_EQ(judged(world), "not applicable");
  world.instance().binary->version = {3, 5, 0};
  world.config("global\n  chroot auto\nlisten l\n  mode http\n  bind *:80\n");
  EXPECT_EQ(judged(world), "not applicable");
}

}  // namespace
}  // namespace preflight::test
