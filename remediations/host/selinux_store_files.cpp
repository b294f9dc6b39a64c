// SPDX-License-Identifier: Apache-2.0
// Two locks: semanage.trans.LOCK is held by whoever changes the store, semanage.read.LOCK while stores are exchanged.
// libsemanage 3.4 gives up on a lock after five seconds, later releases wait for ever.
#include "remediations/host/selinux_store_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <thread>

#include "probes/host/descriptor.h"
#include "probes/host/retry.h"
#include "remediations/host/safe_directory.h"

namespace preflight::selinux {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPoll{100};
constexpr const char* kTransactionLock = "semanage.trans.LOCK";
constexpr const char* kReadLock = "semanage.read.LOCK";
constexpr const char* kActive = "active";
constexpr const char* kPrevious = "previous";
constexpr mode_t kPrivate = 0600;

/// Held until it is closed.
Result<Descriptor> lock(const SafeDirectory& store, const char* name, std::chrono::seconds patience) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  Descriptor file(retried([&] { return ::openat(store.number(), name, kFlags, kPrivate); }));
  const auto path = store.path() + "/" + name;
  if (!file.valid()) return fail_errno(errno, path);
  const auto until = Clock::now() + patience;
  while (retried([&] { return ::flock(file.number(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) return fail_errno(errno, path);
    if (Clock::now() >= until)
      return fail(std::errc::device_or_resource_busy, path, "another program is changing the SELinux policy");
    std::this_thread::sleep_for(kPoll);
  }
  return file;
}

Result<void> settled(const SafeDirectory& directory) {
  if (::fsync(directory.number()) != 0) return fail_errno(errno, directory.path());
  return {};
}

/// The store of before in its place again.
Result<void> move_back(const SafeDirectory& store, std::chrono::seconds patience) {
  const auto exchange = lock(store, kReadLock, patience);
  if (!exchange) return tl::make_unexpected(exchange.error());
  if (::renameat2(store.number(), kPrevious, store.number(), kActive, RENAME_NOREPLACE) != 0)
    return fail_errno(errno, store.path() + "/" + kPrevious);
  return settled(store);
}

/// A commit that was cut off at its end: the store of before was on its way out.
Result<void> remove_previous(const SafeDirectory& store) {
  std::error_code error;
  std::filesystem::remove_all(store.path() + "/" + kPrevious, error);
  return error ? fail_errno(error.value(), store.path() + "/" + kPrevious) : Result<void>();
}

bool has(const SafeDirectory& store, const char* name) {
  return ::faccessat(store.number(), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<void> mend_store(const SafeDirectory& store, bool keeps_previous, std::chrono::seconds patience) {
  if (!has(store, kActive)) return move_back(store, patience);
  return has(store, kPrevious) && !keeps_previous ? remove_previous(store) : Result<void>();
}

bool is_leftover(std::string_view name) {
  constexpr std::array<std::string_view, 4> kInstalled = {"policy.", "file_contexts", "seusers", "netfilter_contexts"};
  return name.ends_with(".tmp") &&
         std::any_of(kInstalled.begin(), kInstalled.end(), [&](std::string_view one) { return name.starts_with(one); });
}

/// Calls `work` for every directory in which a commit gives names; some policies lack some.
template <typename Work>
Result<void> in_each_directory(const std::string& root, const SelinuxPaths& paths, Work&& work) {
  for (const auto& path : {paths.store, paths.policies, paths.policies + "/policy", paths.policies + "/contexts",
                           paths.policies + "/contexts/files"}) {
    const auto directory = SafeDirectory::open(root + path);
    if (!directory && is_missing(directory.error())) continue;
    if (!directory) return tl::make_unexpected(directory.error());
    if (auto done = work(*directory, path); !done) return done;
  }
  return {};
}

}  // namespace

Result<void> mend_files(const std::string& root, const SelinuxPaths& paths, const HostView& view,
                        std::chrono::seconds patience) {
  const auto store = SafeDirectory::open(root + paths.store);
  if (!store) return tl::make_unexpected(store.error());
  const auto alone = lock(*store, kTransactionLock, patience);
  if (!alone) return tl::make_unexpected(alone.error());
  if (auto mended = mend_store(*store, paths.keeps_previous, patience); !mended) return mended;
  return in_each_directory(root, paths, [&](const SafeDirectory& directory, const std::string& path) -> Result<void> {
    for (const auto& name : view.list(path).value_or(std::vector<std::string>())) {
      if (is_leftover(name)) ::unlinkat(directory.number(), name.c_str(), 0);
    }
    return {};
  });
}

Result<void> make_durable(const std::string& root, const SelinuxPaths& paths) {
  return in_each_directory(root, paths, [](const SafeDirectory& one, const std::string&) { return settled(one); });
}

}  // namespace preflight::selinux
