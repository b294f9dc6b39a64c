// SPDX-License-Identifier: Apache-2.0
// /proc/PID/ns/net names a network namespace; two processes share it when the inode of that file is the same.
#include "probes/host/netns.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace preflight {
namespace {

/// Of the calling thread, not of the process's first one.
constexpr const char* kOurs = "/proc/thread-self/ns/net";

std::string path_of(Netns netns) { return "/proc/" + std::to_string(netns.pid) + "/ns/net"; }

Result<struct stat> look_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail_errno(errno, path);
  return status;
}

Result<Descriptor> open_namespace(const std::string& path) {
  Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.valid()) return fail_errno(errno, path);
  return opened;
}

}  // namespace

Result<OpenNetns> OpenNetns::open(Netns netns) {
  OpenNetns result;
  result.netns_ = netns;
  if (netns.pid == 0) return result;
  const auto theirs = look_at(path_of(netns));
  if (!theirs) return tl::make_unexpected(theirs.error());
  const auto ours = look_at(kOurs);
  if (!ours) return tl::make_unexpected(ours.error());
  if (theirs->st_ino == ours->st_ino && theirs->st_dev == ours->st_dev) return result;

  auto home = open_namespace(kOurs);
  if (!home) return tl::make_unexpected(home.error());
  auto there = open_namespace(path_of(netns));
  if (!there) return tl::make_unexpected(there.error());
  result.home_ = std::move(*home);
  result.there_ = std::move(*there);
  return result;
}

Result<OpenNetns::Inside> OpenNetns::enter() const {
  if (::setns(there_.number(), CLONE_NEWNET) == 0) return Inside(home_.number());
  if (errno == EPERM) {
    return fail(std::errc::operation_not_permitted, path_of(netns_),
                "another network namespace may be entered only with CAP_SYS_ADMIN");
  }
  return fail_errno(errno, path_of(netns_));
}

OpenNetns::Inside::~Inside() {
  if (home_ >= 0 && ::setns(home_, CLONE_NEWNET) != 0) std::abort();
}

}  // namespace preflight
