// SPDX-License-Identifier: Apache-2.0
// flock(2) on a file that is never removed: the kernel lets go of it when its holder dies, however it dies.
#include "remediations/host/state_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <thread>

#include "probes/host/retry.h"
#include "remediations/host/trusted_file.h"

namespace preflight {
namespace {

constexpr const char* kLock = "lock";
constexpr std::uint32_t kDirectoryMode = 0700;
constexpr std::uint32_t kFileMode = 0600;
constexpr std::chrono::milliseconds kPoll{20};

Result<void> make(SafeDirectory& parent, const std::string& name) {
  auto made = parent.make_directory(name, kDirectoryMode);
  if (!made && made.error().code == std::errc::file_exists) return {};
  return made;
}

/// flock(2) waits for ever or not at all.
int lock_within(std::chrono::milliseconds wait, const Descriptor& file) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const int result = retried([&] { return ::flock(file.number(), LOCK_EX | LOCK_NB); });
    if (result == 0 || errno != EWOULDBLOCK || std::chrono::steady_clock::now() >= deadline) return result;
    std::this_thread::sleep_for(kPoll);
  }
}

Result<Descriptor> locked(const SafeDirectory& directory, std::chrono::milliseconds wait) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  const auto path = directory.path() + "/" + kLock;
  Descriptor file(retried([&] { return ::openat(directory.number(), kLock, kFlags, kFileMode); }));
  if (!file.valid()) return fail_errno(errno, path);
  if (lock_within(wait, file) == 0) return file;
  if (errno != EWOULDBLOCK) return fail_errno(errno, path);
  return fail(std::errc::device_or_resource_busy, path, "another lbpreflight is changing this host");
}

}  // namespace

Result<std::optional<StateDirectory>> StateDirectory::find(const std::string& path) {
  auto directory = SafeDirectory::open(path);
  if (directory) return std::optional(StateDirectory(std::move(*directory)));
  if (is_missing(directory.error())) return std::optional<StateDirectory>();
  return tl::make_unexpected(directory.error());
}

Result<StateDirectory> StateDirectory::lock(const std::string& path, std::chrono::milliseconds wait) {
  const auto parts = parts_of(path);
  if (!parts) return tl::make_unexpected(parts.error());
  auto parent = SafeDirectory::open(parts->directory);
  if (!parent) return tl::make_unexpected(parent.error());
  if (auto made = make(*parent, parts->name); !made) return tl::make_unexpected(made.error());
  auto directory = SafeDirectory::open(path);
  if (!directory) return tl::make_unexpected(directory.error());
  auto lock = locked(*directory, wait);
  if (!lock) return tl::make_unexpected(lock.error());
  // Whoever held the lock before may have died ahead of its fsync: what is read here must still be here after a power
  // cut, or something is done on the word of a record that never was.
  if (auto settled = parent->settle(parts->name); !settled) return tl::make_unexpected(settled.error());
  StateDirectory state(std::move(*directory));
  state.lock_ = std::move(*lock);
  return state;
}

Result<std::vector<std::string>> StateDirectory::list() const {
  const int copy = retried([&] { return ::openat(directory_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (copy < 0) return fail_errno(errno, directory_.path());
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
  std::vector<std::string> names;
  errno = 0;
  while (const auto* entry = ::readdir(stream.get())) {
    const std::string name(static_cast<const char*>(entry->d_name));
    if (name.front() != '.' && name != kLock) names.push_back(name);
    errno = 0;
  }
  if (errno != 0) return fail_errno(errno, directory_.path());
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> StateDirectory::read(const std::string& name) const { return read_trusted_file(directory_, name); }

Result<void> StateDirectory::write(const std::string& name, const std::string& content) {
  FileImage image;
  image.content = content;
  image.mode = kFileMode;
  image.uid = ::geteuid();
  image.gid = ::getegid();
  return directory_.put(name, image, false);
}

}  // namespace preflight
