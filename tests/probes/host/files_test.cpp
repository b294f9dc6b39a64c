// SPDX-License-Identifier: Apache-2.0
// Only regular files are read, whatever a name leads to; each of these would hang or flood a naive reader.
#include "probes/host/files.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "probes/host/descriptor.h"
#include "tests/support/scratch.h"

namespace preflight {
namespace {

constexpr std::size_t kLimit = 1'000'000;

std::errc refusal(const std::string& path) {
  const auto content = read_file(path, kLimit);
  return content ? std::errc{} : content.error().code;
}

std::string by_stream(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ReadFile, RegularFileOfEverySizeAroundTheBuffer) {
  const test::Scratch scratch;
  for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 65'537UL, 200'000UL}) {
    std::string content(size, 'x');
    if (size > 0) content.back() = '\0';
    EXPECT_EQ(read_file(scratch.file("file", content), kLimit), content) << size;
  }
}

TEST(ReadFile, LimitIsTheLastSizeThatIsRead) {
  const test::Scratch scratch;
  const auto path = scratch.file("file", "12345");
  EXPECT_EQ(read_file(path, 5), "12345");
  EXPECT_EQ(read_file(path, 4).error().code, std::errc::file_too_large);
  EXPECT_EQ(read_file("/proc/self/status", 10).error().code, std::errc::file_too_large);
  EXPECT_EQ(read_file("/proc/sys/kernel/ostype", 3).error().code, std::errc::file_too_large);
}

TEST(ReadFile, MissingFileAndMissingDirectoryAreNamed) {
  const auto content = read_file("/nonexistent/file", kLimit);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(content.error().object, "/nonexistent/file");
}

TEST(ReadFile, NameWithNulIsNotCutShort) {
  const test::Scratch scratch;
  const auto path = scratch.file("file", "content");
  const auto longer = path + std::string("\0.cfg", 5);
  EXPECT_EQ(refusal(longer), std::errc::invalid_argument);
  EXPECT_FALSE(file_status(longer));
  EXPECT_FALSE(read_link(longer));
  EXPECT_FALSE(list_directory(scratch.path().string() + std::string("\0x", 2)));
}

TEST(ReadFile, WhatIsNoFileIsRefusedWithItsKind) {
  const test::Scratch scratch;
  const auto fifo = (scratch.path() / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto link = (scratch.path() / "link").string();
  ASSERT_EQ(::symlink(fifo.c_str(), link.c_str()), 0);
  const auto socket_path = (scratch.path() / "socket").string();
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, socket_path.c_str(), sizeof name.sun_path - 1);
  ASSERT_EQ(::bind(socket.number(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);

  struct Case {
    std::string path;
    std::string reason;
  };
  const std::vector<Case> cases{
      {fifo, "is a FIFO; only regular files are read"},
      {link, "is a FIFO; only regular files are read"},
      {socket_path, "is a socket; only regular files are read"},
      {"/dev/zero", "is a device; only regular files are read"},
      {"/proc/self/root/dev/zero", "is a device; only regular files are read"},
      {"/proc/../dev/zero", "is a device; only regular files are read"},
      {scratch.path().string(), "is a directory, not a file"},
      {"/proc/self", "is a directory, not a file"},
      {"/proc/sys/net", "is a directory, not a file"},
  };
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& [path, reason] : cases) {
    const auto content = read_file(path, kLimit);
    ASSERT_FALSE(content) << path;
    EXPECT_EQ(content.error().reason, reason) << path;
    EXPECT_EQ(content.error().object, path);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5)) << "something waited for a writer";
}

TEST(ReadFile, LoopOfLinksIsAnError) {
  const test::Scratch scratch;
  const auto link = (scratch.path() / "loop").string();
  ASSERT_EQ(::symlink(link.c_str(), link.c_str()), 0);
  EXPECT_EQ(refusal(link), std::errc::too_many_symbolic_link_levels);
}

TEST(ReadFile, ProcFilesOfUnknownSizeAreWhole) {
  for (const char* path : {"/proc/sys/kernel/ostype", "/proc/sys/net/ipv4/ip_local_port_range", "/proc/self/cgroup",
                           "/proc/self/limits", "/proc/filesystems", "/sys/kernel/mm/transparent_hugepage/enabled"}) {
    if (::access(path, R_OK) != 0) continue;
    EXPECT_EQ(read_file(path, kLimit), by_stream(path)) << path;
  }
}

TEST(ReadFile, SeqFileOfManyPagesIsWhole) {
  // Handed out about a page a read: a reader that takes a short read for the end loses the rest.
  const auto content = read_file("/proc/kallsyms", 512UL * 1024 * 1024);
  if (!content) GTEST_SKIP() << describe(content.error());
  EXPECT_EQ(content->size(), by_stream("/proc/kallsyms").size());
  EXPECT_GT(content->size(), 65'536U);
}

TEST(ListDirectory, NamesInByteOrderWithoutDots) {
  const test::Scratch scratch;
  for (const char* name : {"b", "a", "Z", ".hidden", "10", "9"}) (void)scratch.file(name, "");
  EXPECT_EQ(list_directory(scratch.path().string()), (std::vector<std::string>{".hidden", "10", "9", "Z", "a", "b"}));
  EXPECT_EQ(list_directory((scratch.path() / "a").string()).error().code, std::errc::not_a_directory);
  EXPECT_EQ(list_directory("/nonexistent").error().code, std::errc::no_such_file_or_directory);
}

TEST(FileStatus, FollowsLinksAndKeepsPermissionBitsOnly) {
  const test::Scratch scratch;
  const auto path = scratch.file("file", "12345");
  ASSERT_EQ(::chmod(path.c_str(), 04750), 0);
  const auto link = (scratch.path() / "link").string();
  ASSERT_EQ(::symlink("file", link.c_str()), 0);
  const auto status = file_status(link).value();
  EXPECT_EQ(status, (FileStatus{FileKind::regular, 04750, ::getuid(), ::getgid(), 5, status.device, status.inode}));
  EXPECT_TRUE(status.same_file(file_status(path).value()));
  EXPECT_FALSE(status.same_file(file_status(scratch.file("other", "12345")).value()));
  EXPECT_EQ(read_link(link), "file");
  EXPECT_EQ(read_link(path).error().code, std::errc::invalid_argument);
  EXPECT_EQ(file_status("/dev/null")->kind, FileKind::device);
}

}  // namespace
}  // namespace preflight
