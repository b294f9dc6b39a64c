// SPDX-License-Identifier: Apache-2.0
// A file comes back as it was; nothing that others may change is trusted, and no link is followed.
#include "remediations/host/safe_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_plan.h"
#include "tests/support/scratch.h"
#include "tests/support/whole_tree.h"

namespace preflight {
namespace {

namespace fs = std::filesystem;
using test::file_of;
using testing::HasSubstr;

class SafeDirectoryTest : public testing::Test {
 protected:
  SafeDirectory open() { return SafeDirectory::open(scratch.path().string()).value(); }
  std::string at(const std::string& name) { return (scratch.path() / name).string(); }
  test::Scratch scratch;
};

TEST_F(SafeDirectoryTest, WhatIsPutIsReadBack) {
  auto directory = open();
  auto image = file_of("a = 1\n");
  image.mode = 0640;
  ASSERT_TRUE(directory.put("x.conf", image, false));
  const auto found = directory.image("x.conf");
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->same_as(image));
}

TEST_F(SafeDirectoryTest, AFileThatIsNotThereIsNoError) {
  const auto found = open().image("x.conf");
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->has_value());
}

TEST_F(SafeDirectoryTest, ANewFileDoesNotReplaceOne) {
  auto directory = open();
  (void)scratch.file("x.conf", "theirs");
  const auto put = directory.put("x.conf", file_of("ours"), false);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, std::errc::file_exists);
  EXPECT_THAT(test::whole_tree(scratch.path().string()), HasSubstr("[theirs]"));
}

TEST_F(SafeDirectoryTest, AFailureLeavesNothingBehind) {
  auto directory = open();
  const auto before = test::whole_tree(scratch.path().string());
  auto image = file_of("x");
  image.attributes["user.\xff"] = "no such name fails nowhere";
  image.attributes["nonsense"] = "no namespace of that name";
  EXPECT_FALSE(directory.put("x.conf", image, false));
  EXPECT_EQ(test::whole_tree(scratch.path().string()), before);
}

TEST_F(SafeDirectoryTest, WhatACrashLeftIsClearedAway) {
  auto directory = open();
  (void)scratch.file(".x.conf.lbpreflight", "half of it");
  ASSERT_TRUE(directory.put("x.conf", file_of("whole"), false));
  EXPECT_FALSE(fs::exists(at(".x.conf.lbpreflight")));
  (void)scratch.file(".x.conf.lbpreflight", "half of it");
  ASSERT_TRUE(directory.remove_leftover("x.conf"));
  EXPECT_FALSE(fs::exists(at(".x.conf.lbpreflight")));
  EXPECT_TRUE(directory.remove_leftover("x.conf")) << "nothing to do is no error";
}

TEST_F(SafeDirectoryTest, ModeTimeAndAttributesComeBack) {
  auto directory = open();
  (void)scratch.file("x.conf", "old");
  ASSERT_EQ(::chmod(at("x.conf").c_str(), 04755), 0);
  if (::setxattr(at("x.conf").c_str(), "user.note", "kept", 4, 0) != 0) GTEST_SKIP() << "no extended attributes here";
  const struct timespec times[] = {{1000, 5}, {1000, 5}};
  ASSERT_EQ(::utimensat(AT_FDCWD, at("x.conf").c_str(), times, 0), 0);
  const auto before = test::whole_tree(scratch.path().string());
  const auto old = directory.image("x.conf").value().value();
  ASSERT_TRUE(directory.put("x.conf", file_of("new"), true));
  ASSERT_NE(test::whole_tree(scratch.path().string()), before);
  ASSERT_TRUE(directory.put("x.conf", old, true));
  EXPECT_EQ(test::whole_tree(scratch.path().string()), before);
  struct stat status {};
  ASSERT_EQ(::stat(at("x.conf").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1000);
  EXPECT_EQ(status.st_mtim.tv_nsec, 5);
}

TEST_F(SafeDirectoryTest, AnImageIsNotFollowedThroughALink) {
  (void)scratch.file("victim", "secret");
  fs::create_symlink(at("victim"), at("x.conf"));
  EXPECT_FALSE(open().image("x.conf"));
}

TEST_F(SafeDirectoryTest, AFileOfTwoNamesIsNotReplaced) {
  (void)scratch.file("x.conf", "shared");
  fs::create_hard_link(at("x.conf"), at("y.conf"));
  const auto found = open().image("x.conf");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, std::errc::too_many_links);
}

TEST_F(SafeDirectoryTest, ADirectoryThatOthersMayWriteIsRefused) {
  fs::create_directories(at("open/inner"));
  for (const mode_t mode : {mode_t{0777}, mode_t{0775}, mode_t{0757}, mode_t{01777}}) {
    ASSERT_EQ(::chmod(at("open").c_str(), mode), 0);
    const auto last = SafeDirectory::open(at("open"));
    ASSERT_FALSE(last) << std::oct << mode;
    EXPECT_EQ(last.error().code, std::errc::operation_not_permitted);
    const bool sticky = (mode & S_ISVTX) != 0;
    EXPECT_EQ(SafeDirectory::open(at("open/inner")).has_value(), sticky) << std::oct << mode;
  }
}

TEST_F(SafeDirectoryTest, ADirectoryOfSomebodyElseIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving a directory away needs root";
  fs::create_directories(at("theirs/inner"));
  ASSERT_EQ(::chown(at("theirs").c_str(), 12345, 12345), 0);
  EXPECT_FALSE(SafeDirectory::open(at("theirs")));
  EXPECT_FALSE(SafeDirectory::open(at("theirs/inner")));
}

TEST_F(SafeDirectoryTest, ALinkOnTheWayIsRefused) {
  fs::create_directories(at("real/inner"));
  fs::create_directory_symlink(at("real"), at("link"));
  EXPECT_TRUE(SafeDirectory::open(at("real/inner")));
  EXPECT_FALSE(SafeDirectory::open(at("link/inner")));
  EXPECT_FALSE(SafeDirectory::open(at("link")));
}

TEST_F(SafeDirectoryTest, PathsAreAbsoluteAndPlain) {
  for (const auto* path : {"", "relative/x", "/etc/../x", "/etc/./x", "/etc//x", "/etc/"})
    EXPECT_FALSE(parts_of(path)) << path;
  EXPECT_EQ(parts_of("/x")->directory, "/");
  EXPECT_EQ(parts_of("/etc/x")->name, "x");
}

TEST_F(SafeDirectoryTest, DirectoriesAreMadeWithTheirModeWhateverTheUmask) {
  auto directory = open();
  const auto before = ::umask(077);
  const auto made = directory.make_directory("d", 0755);
  (void)::umask(before);
  ASSERT_TRUE(made);
  struct stat status {};
  ASSERT_EQ(::stat(at("d").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0755U);
  (void)scratch.file("d/theirs", "");
  const auto removed = directory.remove_directory("d");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, std::errc::directory_not_empty);
}

}  // namespace
}  // namespace preflight
