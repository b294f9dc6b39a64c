// SPDX-License-Identifier: Apache-2.0
// Owners of our own sockets, which need no privilege to be seen.
#include "probes/host/socket_owners.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/private_network.h"

namespace preflight {
namespace {

constexpr std::chrono::seconds kEnough{10};

std::vector<pid_t> pids_of(const SocketOwners& owners) {
  std::vector<pid_t> pids;
  for (const auto& owner : owners.owners) pids.push_back(owner.pid);
  return pids;
}

TEST(FindOwners, AllOfFirstIsLookedIntoAndNamed) {
  const auto socket = test::bound_socket(SOCK_STREAM, "127.0.0.1", 0);
  const test::Resident child("lb-worker");
  const auto found = find_owners({test::inode_of(socket)}, {child.pid(), ::getpid()}, kEnough);
  EXPECT_TRUE(found.complete) << found.why_incomplete;
  std::vector<pid_t> expected{::getpid(), child.pid()};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(pids_of(found), expected);
  const auto named = std::find_if(found.owners.begin(), found.owners.end(),
                                  [&](const SocketOwner& owner) { return owner.pid == child.pid(); });
  ASSERT_NE(named, found.owners.end());
  EXPECT_EQ(named->command, "lb-worker");
  EXPECT_EQ(named->inode, test::inode_of(socket));
}

TEST(FindOwners, SocketBehindThousandsOfDescriptorsIsFoundToo) {
  const auto early = test::bound_socket(SOCK_STREAM, "127.0.0.1", 0);
  std::vector<Descriptor> many;
  for (int i = 0; i < 3000; ++i) many.emplace_back(::dup(STDERR_FILENO));
  if (!many.back().valid()) GTEST_SKIP() << "the descriptor limit is below 3,000";
  const auto late = test::bound_socket(SOCK_STREAM, "127.0.0.1", 0);
  const auto found = find_owners({test::inode_of(late), test::inode_of(early)}, {::getpid()}, kEnough);
  EXPECT_TRUE(found.complete) << found.why_incomplete;
  EXPECT_EQ(pids_of(found), (std::vector<pid_t>{::getpid(), ::getpid()}));
}

TEST(FindOwners, InodeOfNobodyIsNotVisibleRatherThanFree) {
  const auto found = find_owners({UINT64_MAX}, {::getpid()}, kEnough);
  EXPECT_TRUE(found.owners.empty());
  EXPECT_FALSE(found.complete);
  EXPECT_FALSE(found.why_incomplete.empty());
}

TEST(FindOwners, TimeWaitHasNoOwnerToLookFor) {
  const auto found = find_owners({0}, {}, std::chrono::seconds(0));
  EXPECT_TRUE(found.complete);
  EXPECT_TRUE(find_owners({}, {}, std::chrono::seconds(0)).complete);
}

TEST(FindOwners, DeadlineEndsTheSearch) {
  const auto socket = test::bound_socket(SOCK_STREAM, "127.0.0.1", 0);
  const auto found = find_owners({test::inode_of(socket)}, {::getpid()}, std::chrono::seconds(0));
  EXPECT_FALSE(found.complete);
  EXPECT_EQ(found.why_incomplete, "time ran out before every process was looked into");
}

TEST(FindOwners, ProcessThatIsGoneIsNotAnObstacle) {
  const auto socket = test::bound_socket(SOCK_STREAM, "127.0.0.1", 0);
  const auto found = find_owners({test::inode_of(socket)}, {0x7FFFFFF, -1, ::getpid()}, kEnough);
  EXPECT_TRUE(found.complete) << found.why_incomplete;
  EXPECT_EQ(pids_of(found), std::vector<pid_t>{::getpid()});
}

}  // namespace
}  // namespace preflight
