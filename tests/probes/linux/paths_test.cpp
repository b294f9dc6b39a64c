// SPDX-License-Identifier: Apache-2.0
// A path as its reader walks it: roots, mounts, links, and the directories on the way.
#include "probes/linux/paths.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include <gtest/gtest.h>

#include "probes/host/live_host.h"
#include "tests/support/map_host.h"
#include "tests/support/scratch.h"

namespace preflight {
namespace {

FileStatus status(FileKind kind, std::uint32_t mode, std::uint32_t uid = 0, std::uint32_t gid = 0) {
  return FileStatus{.kind = kind, .mode = mode, .uid = uid, .gid = gid};
}

TEST(Paths, ModesAreReadAsTheKernelReadsThem) {
  const auto file = status(FileKind::regular, 0640, 10, 20);
  EXPECT_TRUE(allows(file, {10, 99}, Access::write));
  EXPECT_TRUE(allows(file, {11, 20}, Access::read));
  EXPECT_FALSE(allows(file, {11, 20}, Access::write));
  EXPECT_TRUE(allows(file, {11, 99, {98, 20}}, Access::read));
  EXPECT_FALSE(allows(file, {11, 99}, Access::read));
  EXPECT_FALSE(allows(status(FileKind::regular, 0066, 10, 20), {10, 20}, Access::read)) << "the owner has its own bits";
  EXPECT_FALSE(allows(status(FileKind::regular, 0606, 10, 20), {11, 20}, Access::read)) << "so has the group";
  EXPECT_TRUE(others_may(status(FileKind::socket, 0002), Access::write));
}

TEST(Paths, LinksAreFollowedAndTheirWayCounts) {
  test::MapHost host;
  host.files["/archive/live/site.pem"] = "";
  host.links["/etc/certs"] = "/archive/live";
  host.files["/etc/passwd"] = "";
  host.statuses["/archive"] = status(FileKind::directory, 0700);
  PathWalk walk(host, "");
  const auto found = walk.find("/etc/certs/site.pem");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->resolved, "/archive/live/site.pem");
  EXPECT_EQ(found->way->size(), 5U) << "/, /etc, then /, /archive, /archive/live";
  EXPECT_FALSE(others_reach(*found));
  EXPECT_TRUE(reaches(*found, {0, 0}));
  EXPECT_FALSE(reaches(*found, {1000, 1000}));
}

TEST(Paths, RelativeLinksAndDots) {
  test::MapHost host;
  host.files["/a/b/file"] = "";
  host.links["/a/c/link"] = "../b/./file";
  PathWalk walk(host, "");
  EXPECT_EQ(walk.find("/a/c/link")->resolved, "/a/b/file");
  EXPECT_EQ(walk.find("//a/./c/../b//file")->resolved, "/a/b/file");
  EXPECT_EQ(walk.find("/../../a/b/file")->resolved, "/a/b/file");
}

TEST(Paths, ARootKeepsAbsoluteLinksInside) {
  test::MapHost host;
  host.files["/jail/run/log"] = "inside";
  host.files["/run/other"] = "outside";
  host.links["/jail/dev/log"] = "/run/log";
  host.links["/jail/up"] = "/../../run/log";
  PathWalk walk(host, "/jail");
  EXPECT_EQ(walk.find("/dev/log")->resolved, "/run/log");
  EXPECT_EQ(walk.find("/up")->resolved, "/run/log");
  EXPECT_EQ(walk.find("/run/other").error().code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(walk.find("/run/other").error().object, "/run/other");
}

TEST(Paths, MountsOfAServiceThatDoesNotRunYet) {
  test::MapHost host;
  host.statuses["/run/dev-log"] = status(FileKind::socket, 0666);
  host.files["/run/x"] = "";
  host.links["/dev/log"] = "/run/dev-log";
  host.files["/var/lib/other"] = "";
  host.files["/srv/pages/400.http"] = "";
  PathWalk walk(host, "", {{"/var/lib/haproxy/dev/log", "/dev/log"}, {"/pages", "/srv/pages"}});
  EXPECT_EQ(walk.find("/var/lib/haproxy/dev/log")->status.kind, FileKind::socket) << "systemd makes the directories";
  EXPECT_TRUE(walk.find("/pages/400.http"));
  EXPECT_FALSE(walk.find("/pages/500.http"));
  EXPECT_FALSE(walk.find("/var/lib/haproxy/dev/logs"));
}

TEST(Paths, SiblingsShareOneLookAtTheirDirectories) {
  test::MapHost host;
  for (int i = 0; i < 100; ++i) host.files["/etc/certs/" + std::to_string(i)] = "";
  PathWalk walk(host, "");
  const auto first = walk.find("/etc/certs/0");
  const auto last = walk.find("/etc/certs/99");
  ASSERT_TRUE(first && last);
  EXPECT_EQ(first->way, last->way);
}

TEST(Paths, WhatCannotBeWalked) {
  test::MapHost host;
  host.files["/etc/file"] = "";
  host.links["/loop/a"] = "/loop/b";
  host.links["/loop/b"] = "/loop/a";
  host.files["/closed/file"] = "";
  host.refused["/closed/file"] = EACCES;
  PathWalk walk(host, "");
  EXPECT_EQ(walk.find("/etc/none").error().code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(walk.find("/etc/file/more").error().code, std::errc::not_a_directory);
  EXPECT_EQ(walk.find("/loop/a").error().code, std::errc::too_many_symbolic_link_levels);
  EXPECT_EQ(walk.find("/closed/file").error().code, std::errc::permission_denied);
  EXPECT_EQ(walk.find("relative").error().code, std::errc::invalid_argument);
  EXPECT_EQ(walk.find("").error().code, std::errc::invalid_argument);
  EXPECT_EQ(walk.find("/" + std::string(5000, 'x')).error().code, std::errc::filename_too_long);
}

TEST(Paths, AHostileWayEnds) {
  test::MapHost host;
  host.files["/d/f"] = "";
  std::string path = "/d";
  while (path.size() < 4000) path += "/../d";
  PathWalk walk(host, "");
  EXPECT_EQ(walk.find(path + "/f").error().code, std::errc::filename_too_long);
}

TEST(Paths, OnTheRealFileSystem) {
  const test::Scratch scratch;
  namespace fs = std::filesystem;
  const auto file = scratch.file("jail/etc/site.pem", "x");
  fs::create_symlink("/etc/site.pem", scratch.path() / "jail/link");
  ASSERT_EQ(::chmod(file.c_str(), 0604), 0);
  const LiveHost host;
  PathWalk walk(host, (scratch.path() / "jail").string());
  const auto found = walk.find("/link");
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_EQ(found->resolved, "/etc/site.pem");
  EXPECT_EQ(found->status.mode, 0604U);
  EXPECT_EQ(found->status.size, 1U);
}

}  // namespace
}  // namespace preflight
