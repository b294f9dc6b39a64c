// SPDX-License-Identifier: Apache-2.0
// A tree's links never lead out of it, with openat2(2) and without.
#include "probes/host/tree_host.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <random>

#include <gtest/gtest.h>

#include "probes/host/tree_path.h"
#include "tests/support/scratch.h"

namespace preflight {
namespace {

namespace fs = std::filesystem;

struct Tree {
  Tree() {
    scratch.file("outside/secret", "outside");
    scratch.file("tree/etc/haproxy/haproxy.cfg", "global\n");
    scratch.file("tree/secret", "inside");
    fs::create_directories(scratch.path() / "tree/empty");
  }
  void link(const std::string& name, const std::string& target) const {
    fs::create_symlink(target, scratch.path() / "tree" / name);
  }
  [[nodiscard]] std::string root() const { return (scratch.path() / "tree").string(); }
  [[nodiscard]] std::unique_ptr<HostView> host() const { return std::move(open_tree(root()).value()); }
  test::Scratch scratch;
};

std::errc code(const Result<std::string>& result) { return result ? std::errc{} : result.error().code; }

TEST(TreeHost, ReadsFilesInsideTheTree) {
  const Tree tree;
  const auto host = tree.host();
  EXPECT_EQ(host->kind(), HostKind::tree);
  EXPECT_EQ(host->read("/etc/haproxy/haproxy.cfg").value(), "global\n");
  EXPECT_EQ(host->read_in(Netns{42}, "/etc/haproxy/haproxy.cfg").value(), "global\n");
  EXPECT_EQ(host->list("/").value(), (std::vector<std::string>{"empty", "etc", "secret"}));
  EXPECT_EQ(host->status("/etc").value().kind, FileKind::directory);
  EXPECT_EQ(host->status("/secret").value().size, 6U);
  EXPECT_EQ(code(host->read("/secret", 5)), std::errc::file_too_large);
  EXPECT_EQ(host->read("/secret", 6).value(), "inside");
}

TEST(TreeHost, ErrorsNameThePathAsAsked) {
  const Tree tree;
  const auto host = tree.host();
  for (const auto* const path : {"/etc", "/nowhere", "/secret/below", ""}) {
    const auto answer = host->read(path);
    ASSERT_FALSE(answer) << path;
    EXPECT_EQ(answer.error().object, path);
  }
  EXPECT_EQ(code(host->read("/etc")), std::errc::is_a_directory);
  EXPECT_EQ(code(host->read("/secret/below")), std::errc::not_a_directory);
  EXPECT_EQ(code(host->read(std::string("/secret\0x", 9))), std::errc::invalid_argument);
}

TEST(TreeHost, LinksStayInside) {
  const Tree tree;
  tree.link("absolute", "/secret");
  tree.link("outside", (tree.scratch.path() / "outside/secret").string());
  tree.link("dots", "../../../../../../secret");
  tree.link("etc/up", "../../../outside/secret");
  tree.link("chain", "/etc/one");
  tree.link("etc/one", "two");
  tree.link("etc/two", "../secret");
  tree.link("directory", "/etc/haproxy");
  tree.link("loop", "loop2");
  tree.link("loop2", "/loop");
  const auto host = tree.host();
  EXPECT_EQ(host->read("/absolute").value(), "inside");
  EXPECT_EQ(host->read("/dots").value(), "inside");
  EXPECT_EQ(host->read("/chain").value(), "inside");
  EXPECT_EQ(host->read("/../../secret").value(), "inside");
  EXPECT_EQ(host->read("/directory/haproxy.cfg").value(), "global\n");
  EXPECT_EQ(code(host->read("/outside")), std::errc::no_such_file_or_directory);
  EXPECT_EQ(code(host->read("/etc/up")), std::errc::no_such_file_or_directory);
  EXPECT_EQ(code(host->read("/loop")), std::errc::too_many_symbolic_link_levels);
  EXPECT_EQ(host->link("/chain").value(), "/etc/one");
  EXPECT_EQ(code(host->link("/secret")), std::errc::invalid_argument);
}

TEST(TreeHost, RefusesWhatIsNotAFile) {
  const Tree tree;
  ASSERT_EQ(::mkfifo((tree.root() + "/fifo").c_str(), 0600), 0);
  const auto host = tree.host();
  const auto answer = host->read("/fifo");  // would block for ever if it were opened
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, std::errc::invalid_argument);
  EXPECT_EQ(host->status("/fifo").value().kind, FileKind::fifo);
}

TEST(TreeHost, AnEmptyTreeHasNothing) {
  const test::Scratch scratch;
  const auto opened = open_tree(scratch.path().string());
  ASSERT_TRUE(opened);
  const auto& host = **opened;
  EXPECT_EQ(code(host.read("/etc/haproxy/haproxy.cfg")), std::errc::no_such_file_or_directory);
  EXPECT_EQ(host.list("/").value().size(), 0U);
  EXPECT_EQ(host.list("/proc").error().code, std::errc::no_such_file_or_directory);
}

TEST(TreeHost, WhatOnlyAKernelShowsIsAnsweredFromACopyOrNotAtAll) {
  const Tree tree;
  tree.scratch.file("tree/proc/sys/net/core/somaxconn", "128\n");
  const auto host = tree.host();
  EXPECT_EQ(host->read_in({}, "/proc/sys/net/core/somaxconn").value(), "128\n");
  EXPECT_TRUE(is_offline_tree(host->read("/proc/sys/fs/file-max").error()));
  EXPECT_TRUE(is_offline_tree(host->read_in({}, "/proc/net/netstat").error()));
  EXPECT_TRUE(is_offline_tree(host->list("/sys/class/net").error()));
  EXPECT_TRUE(is_offline_tree(host->link("/proc/self/ns/net").error()));
  EXPECT_EQ(host->read("/proc/sys/fs/file-max").error().object, "/proc/sys/fs/file-max");
  EXPECT_FALSE(is_offline_tree(host->read("/run/missing").error())) << "a file like any other";
  EXPECT_FALSE(is_offline_tree(unread("listeners").value())) << "nobody asked";
}

TEST(TreeHost, LivesNot) {
  const Tree tree;
  const auto host = tree.host();
  EXPECT_TRUE(is_offline_tree(host->sockets({}, {}).error()));
  EXPECT_TRUE(is_offline_tree(host->is_local({}, {}).error()));
  EXPECT_TRUE(is_offline_tree(host->unit("haproxy.service").error()));
  EXPECT_TRUE(is_offline_tree(host->start({.path = "/usr/sbin/haproxy", .arguments = {}}).error()));
  const auto owners = host->owners({1}, {}, std::chrono::milliseconds{1});
  EXPECT_TRUE(owners.owners.empty());
  EXPECT_FALSE(owners.complete);
  EXPECT_EQ(owners.why_incomplete, "offline tree");
  EXPECT_NEAR(static_cast<double>(host->now()), static_cast<double>(std::time(nullptr)), 2.0);
}

TEST(TreeHost, OpensDirectoriesOnly) {
  const Tree tree;
  EXPECT_EQ(open_tree(tree.root() + "/secret").error().code, std::errc::not_a_directory);
  EXPECT_EQ(open_tree(tree.root() + "/missing").error().code, std::errc::no_such_file_or_directory);
}

/// Which file it is, or the errno.
std::pair<std::uint64_t, int> identity(const Result<Descriptor>& file) {
  if (!file) return {0, static_cast<int>(file.error().code)};
  struct stat status {};
  if (::fstat(file->number(), &status) != 0) return {0, errno};
  return {status.st_ino, 0};
}

TEST(TreePath, TheWalkAgreesWithTheKernel) {
  const test::Scratch scratch;
  std::mt19937 random(20260101);
  const auto pick = [&random](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  constexpr std::array kNames = {"a", "b", "c", "d", ".", "..", "", "x"};
  const auto path = [&] {
    std::string out = pick(2) == 0 ? "/" : "";
    for (auto left = 1 + pick(5); left > 0; --left)
      out += std::string(kNames.at(pick(kNames.size()))) + (left > 1 ? "/" : "");
    return out + (pick(6) == 0 ? "/" : "");
  };
  for (int i = 0; i < 120; ++i) {
    const auto name = std::string(kNames.at(pick(4))) + "/" + kNames.at(pick(4)) + "/" + kNames.at(pick(4));
    const auto place = scratch.path() / name;
    std::error_code ignored;
    fs::create_directories(place.parent_path(), ignored);
    if (pick(3) != 0) {
      fs::create_symlink(path() + "a", place, ignored);
    } else if (pick(2) == 0) {
      fs::create_directory(place, ignored);
    } else if (fs::is_directory(place.parent_path(), ignored) && !fs::exists(fs::symlink_status(place, ignored))) {
      scratch.file(name, "file");
    }
  }
  const Descriptor root(::open(scratch.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  int reached = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto asked = path();
    const auto last = pick(2) == 0 ? LastLink::followed : LastLink::kept;
    const auto kernel = identity(open_in_root(root, asked, last));
    ASSERT_EQ(kernel, identity(walk_in_root(root, asked, last))) << asked;
    reached += kernel.second == 0 ? 1 : 0;
  }
  EXPECT_GT(reached, 1000);
}

/// Makes openat2(2) fail with ENOSYS in this process, as an old kernel does.
bool forbid_openat2() {
  std::array<sock_filter, 4> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter = {program.size(), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST(TreePathDeathTest, AnOldKernelReadsTheSame) {
  const Tree tree;
  tree.link("dots", "../../../../../../secret");
  tree.link("outside", (tree.scratch.path() / "outside/secret").string());
  const auto read_without = [&tree] {
    if (!forbid_openat2()) std::_Exit(77);
    const auto host = tree.host();
    const bool good = host->read("/dots").value_or("") == "inside" && !host->read("/outside") &&
                      host->read("/etc/../secret").value_or("") == "inside" && host->list("/etc/").has_value();
    std::_Exit(good ? 0 : 1);
  };
  EXPECT_EXIT(read_without(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace preflight
