// SPDX-License-Identifier: Apache-2.0
// Directories that are missing, closed or made by systemd, and names that are taken already.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check unix_sockets_are_bindable;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::unix_sockets_are_bindable;
constexpr const char* kDirectory = "/run/lb";
constexpr const char* kSocket = "socket:/run/lb/l.sock";

World with_bind(const std::string& bind, const std::string& global = "") {
  World world;
  world.config("global\n" + global + "listen l\n  mode http\n  bind " + bind + "\n");
  world.path(kDirectory, FileKind::directory, 0755).no_path("/run/lb/l.sock");
  return world;
}

World healthy() { return with_bind("/run/lb/l.sock"); }

World as_haproxy(World world) {
  world.instance().unit->user = "haproxy";
  world.files().starter = Account{106, 113, {200}};
  world.files().users = {{"haproxy", 106U}, {"nobody", 65534U}};
  world.files().groups = {{"haproxy", 113U}, {"nogroup", 65534U}, {"ssl", 200U}};
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(UnixSocketsAreBindable, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "pass") << "the stats socket";
  EXPECT_EQ(judged(World().running()), "pass");
  EXPECT_EQ(judged(healthy()), "pass");
  EXPECT_EQ(judged(as_haproxy(World())), "pass") << "/run/haproxy is the user's";
}

TEST(UnixSocketsAreBindable, AMissingDirectoryPreventsTheStart) {
  const auto outcome = outcome_about(healthy().no_path(kDirectory).judge(kCheck), kSocket);
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(detail_of(outcome).observed->text, "no directory /run/lb");
  EXPECT_EQ(judged(World().no_path("/run/haproxy")), "error") << "of a stats socket";
  EXPECT_EQ(judged(healthy().path(kDirectory, FileKind::regular)), "error");
}

TEST(UnixSocketsAreBindable, ADirectoryThatSomebodyMakesIsNotMissing) {
  World world = healthy().no_path(kDirectory);
  world.instance().unit->made_directories = {"/run/other"};
  EXPECT_EQ(judged(world), "error");
  world.instance().unit->made_directories = {"/run/other", kDirectory};
  EXPECT_EQ(judged(world), "pass") << "RuntimeDirectory=lb";
  world.instance().unit->made_directories.clear();
  world.instance().unit->exec_start_pre = {"/usr/sbin/haproxy"};
  EXPECT_EQ(judged(world), "error") << "haproxy -c makes nothing";
  world.instance().unit->exec_start_pre = {"/usr/sbin/haproxy", "/usr/bin/mkdir"};
  EXPECT_EQ(judged(world), "unknown");
  world = healthy().no_path(kDirectory);
  world.facts.host.kind = HostKind::tree;
  EXPECT_EQ(judged(world), "unknown") << "/run is filled at boot";
}

TEST(UnixSocketsAreBindable, WhatIsMadeAtBootIsNotMissingBefore) {
  World world = healthy().no_path(kDirectory);
  world.files().boot_directories = std::set<std::string>{"/run/other"};
  EXPECT_EQ(judged(world), "error");
  world.files().boot_directories = std::set<std::string>{kDirectory};
  EXPECT_EQ(judged(world), "pass");
  EXPECT_EQ(judged(as_haproxy(world)), "unknown") << "whether it may write there";
  world.files().boot_directories = fail(std::errc::permission_denied, "/etc/tmpfiles.d", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
}

TEST(UnixSocketsAreBindable, WhoMayWriteThere) {
  EXPECT_EQ(judged(healthy().path(kDirectory, FileKind::directory, 0500, Account{106, 113})), "pass") << "root";
  EXPECT_EQ(judged(as_haproxy(healthy())), "error");
  struct Case {
    std::uint32_t mode;
    Account owner;
    const char* expected;
  };
  for (const auto& one : {Case{0777, {}, "pass"},
                          {01777, {}, "pass"},
                          {0755, {106, 113}, "pass"},
                          {0555, {106, 113}, "error"},
                          {0775, {0, 113}, "pass"},
                          {0775, {0, 200}, "pass"},  // a supplementary group
                          {0755, {0, 113}, "error"},
                          {0776, {}, "error"},  // it may be written to, but not entered
                          {0773, {}, "pass"}}) {
    EXPECT_EQ(judged(as_haproxy(healthy().path(kDirectory, FileKind::directory, one.mode, one.owner))), one.expected)
        << std::oct << one.mode << " of " << std::dec << one.owner.uid << ":" << one.owner.gid;
  }
}

TEST(UnixSocketsAreBindable, CapabilitiesOpenDirectories) {
  World world = as_haproxy(healthy());
  world.instance().unit->ambient_capabilities = 1ULL << kCapDacOverride;
  EXPECT_EQ(judged(world), "pass");
  World root = healthy().path(kDirectory, FileKind::directory, 0755, Account{106, 113});
  EXPECT_EQ(judged(root), "pass");
  root.instance().unit->capability_bounding_set = ~(1ULL << kCapDacOverride);
  EXPECT_EQ(judged(root), "error") << "root without it is a user like any other";
}

TEST(UnixSocketsAreBindable, TheWholeWayMatters) {
  World world = as_haproxy(healthy().path(kDirectory, FileKind::directory, 0777));
  EXPECT_EQ(judged(world), "pass");
  const FileStatus closed{.kind = FileKind::directory, .mode = 0700};
  world.files().paths[kDirectory].found->way = std::make_shared<const std::vector<FileStatus>>(1, closed);
  EXPECT_EQ(judged(world), "error");
}

TEST(UnixSocketsAreBindable, ADirectoryInTheWay) {
  EXPECT_EQ(judged(healthy().path("/run/lb/l.sock", FileKind::directory)), "error");
  EXPECT_EQ(judged(healthy().path("/run/lb/l.sock", FileKind::regular)), "pass") << "it is replaced";
  World linked = healthy().path("/run/lb/l.sock", FileKind::directory);
  linked.files().paths["/run/lb/l.sock"].found->resolved = "/srv";
  EXPECT_EQ(judged(linked), "pass") << "so is a link";
}

TEST(UnixSocketsAreBindable, WhatAnotherLeftThere) {
  const auto left = [](FileKind kind, std::uint32_t mode, std::uint32_t directory_mode, bool are_protected) {
    World world = as_haproxy(healthy().path(kDirectory, FileKind::directory, directory_mode));
    world.path("/run/lb/l.sock", kind, mode);
    world.files().links_are_protected = are_protected;
    return world;
  };
  EXPECT_EQ(judged(left(FileKind::socket, 0666, 0777, true)), "error") << "of a start as root";
  EXPECT_EQ(judged(left(FileKind::socket, 0666, 0777, false)), "pass");
  EXPECT_EQ(judged(left(FileKind::regular, 0666, 0777, true)), "pass");
  EXPECT_EQ(judged(left(FileKind::regular, 0644, 0777, true)), "error");
  EXPECT_EQ(judged(left(FileKind::socket, 0666, 01777, false)), "error") << "sticky";
  World own = left(FileKind::socket, 0600, 01777, true).path("/run/lb/l.sock", FileKind::socket, 0600, {106, 113});
  EXPECT_EQ(judged(own), "pass");
  World able = left(FileKind::socket, 0666, 01777, true);
  able.instance().unit->ambient_capabilities = 1ULL << kCapFowner;
  EXPECT_EQ(judged(able), "pass");
  EXPECT_EQ(judged(healthy().path("/run/lb/l.sock", FileKind::socket, 0660, {106, 113})), "pass") << "root";
  World unread = left(FileKind::socket, 0666, 0777, true);
  unread.files().links_are_protected = Result<bool>(fail(std::errc::permission_denied, "protected_hardlinks", "no"));
  EXPECT_EQ(judged(unread), "unknown");
}

TEST(UnixSocketsAreBindable, AModeIsSetOnWhatIsAnothersAlready) {
  World world = with_bind("/run/lb/l.sock user nobody mode 660");
  world.instance().unit->capability_bounding_set = ~(1ULL << kCapFowner);
  EXPECT_EQ(judged(world), "error");
  world.config("listen l\n  mode http\n  bind /run/lb/l.sock user nobody\n");
  EXPECT_EQ(judged(world), "pass");
  world.config("listen l\n  mode http\n  bind /run/lb/l.sock group nogroup mode 660\n");
  EXPECT_EQ(judged(world), "pass") << "it is still its maker's";
}

TEST(UnixSocketsAreBindable, OwnersThatTheStarterMayGive) {
  const auto mine = [](const std::string& options) {
    return judged(as_haproxy(
        with_bind("/run/lb/l.sock " + options).path(kDirectory, FileKind::directory, 0755, Account{106, 113})));
  };
  EXPECT_EQ(mine("user haproxy group haproxy mode 660"), "pass");
  EXPECT_EQ(mine("group ssl"), "pass") << "one of its own";
  EXPECT_EQ(mine("user nobody"), "error");
  EXPECT_EQ(mine("group nogroup"), "error");
  EXPECT_EQ(mine("user root"), "error");
  EXPECT_EQ(judged(with_bind("/run/lb/l.sock user nobody")), "pass") << "root may";
  World bounded = with_bind("/run/lb/l.sock user nobody");
  bounded.instance().unit->capability_bounding_set = ~(1ULL << kCapChown);
  EXPECT_EQ(judged(bounded), "error");
  bounded.instance().unit->made_directories = {kDirectory};
  EXPECT_EQ(judged(bounded), "error") << "whoever made the directory";
}

TEST(UnixSocketsAreBindable, AnAbstractNameCanBeBoundOnce) {
  EXPECT_EQ(judged(with_bind("abns@one")), "pass");
  EXPECT_EQ(judged(with_bind("abns@one,abns@two")), "pass");
  const auto outcome = outcome_about(with_bind("abns@one,abns@one").judge(kCheck), "socket:abns@one");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(judged(with_bind("/run/lb/l.sock,/run/lb/l.sock")), "pass") << "the second takes the place of the first";
  EXPECT_EQ(judged(with_bind("abns@one,abns@one namespace blue")), "error");
  EXPECT_EQ(judged(with_bind("abns@one\n  bind abns@one namespace blue")), "pass") << "each network has its own";
}

TEST(UnixSocketsAreBindable, ShardsOfAnAbstractName) {
  World world = with_bind("abns@one shards 2", "  nbthread 4\n");
  EXPECT_EQ(judged(world), "error");
  EXPECT_EQ(judged(with_bind("abns@one shards 1", "  nbthread 4\n")), "pass");
  world.instance().binary->version = {2, 8, 0};
  EXPECT_EQ(judged(world), "pass") << "one socket for all of them";
}

TEST(UnixSocketsAreBindable, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(World().no_config()), "unknown");
  EXPECT_EQ(judged(healthy().no_path(kDirectory, std::errc::permission_denied)), "unknown");
  World world = healthy();
  world.instance().files = fail(std::errc::permission_denied, "/proc/100/root", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
  World nobody_knows = healthy();
  nobody_knows.instance().unit = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  nobody_knows.files().starter = fail(std::errc::permission_denied, "haproxy.service", "the bus refused");
  EXPECT_EQ(judged(nobody_knows), "unknown");
}

TEST(UnixSocketsAreBindable, NotApplicable) {
  World world;
  world.config("listen l\n  mode http\n  bind *:80\n");
  EXPECT_EQ(judged(world), "not applicable");
  world.config("listen l\n  mode http\n  bind *:80\nlisten off\n  mode http\n  disabled\n  bind /none/x\n");
  EXPECT_EQ(judged(world), "not applicable");
}

}  // namespace
}  // namespace preflight::test
