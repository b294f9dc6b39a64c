// SPDX-License-Identifier: Apache-2.0
// Replacement by a new file of a hidden name in the same directory and rename(2): a loader sees the old file or the new
// one, and so does whoever comes back after a power cut, because file and directory are fsynced in that order.
#include "remediations/host/safe_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

#include "probes/base/text.h"
#include "probes/host/retry.h"
#include "remediations/host/creation_label.h"
#include "remediations/host/file_image.h"

namespace preflight {
namespace {

/// Hidden, and without the suffix that loaders of sysctl.d and of drop-ins ask for.
std::string temporary(const std::string& name) { return "." + name + ".lbpreflight"; }

bool is_ours(const struct stat& status) { return status.st_uid == 0 || status.st_uid == ::geteuid(); }

tl::unexpected<Error> distrusted(const std::string& path) {
  return fail(std::errc::operation_not_permitted, path,
              "others than root may change what stands here: it is neither trusted nor written");
}

/// The descriptor of a component, whose parent may be sticky: then nobody but its owner can have put it there.
Result<Descriptor> step(const Descriptor& parent, const std::string& name, const std::string& path) {
  constexpr int kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  Descriptor next(retried([&] { return ::openat(parent.number(), name.c_str(), kFlags); }));
  if (!next.valid()) return fail_errno(errno, path);
  return next;
}

Result<void> set_mode(int parent, const std::string& name, std::uint32_t mode, const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const Descriptor directory(retried([&] { return ::openat(parent, name.c_str(), kFlags); }));
  if (!directory.valid()) return fail_errno(errno, path);
  if (retried([&] { return ::fchmod(directory.number(), mode); }) != 0) return fail_errno(errno, path);
  return {};
}

/// A directory that others may write is passed only where it is sticky (/tmp), and never worked in.
Result<void> check_directory(const Descriptor& directory, const std::string& path, bool last) {
  struct stat status {};
  if (::fstat(directory.number(), &status) != 0) return fail_errno(errno, path);
  const bool shared = (status.st_mode & kOthersMayWrite) != 0;
  const bool passable = !last && (status.st_mode & S_ISVTX) != 0;
  if (!is_ours(status) || (shared && !passable)) return distrusted(path);
  return {};
}

/// With its mode from the beginning: a umask would have it appear with another one, and stay so after a crash.
int make_exactly(int directory, const std::string& name, std::uint32_t mode) {
  const auto mask = ::umask(0);
  const int result = retried([&] { return ::mkdirat(directory, name.c_str(), mode); });
  const int error = errno;
  ::umask(mask);
  errno = error;
  return result;
}

/// As the attribute has it, but for the NUL at its end; empty where the image has none.
std::string label_of(const FileImage& image) {
  const auto found = image.attributes.find(kLabelAttribute);
  return found == image.attributes.end() ? std::string() : found->second.substr(0, found->second.find('\0'));
}

/// Something that can be restored exactly.
Result<void> check_file(const struct stat& status, const std::string& path) {
  if (!S_ISREG(status.st_mode)) return fail(std::errc::invalid_argument, path, "not a regular file");
  if (status.st_nlink != 1)
    return fail(std::errc::too_many_links, path, "has other names (hard links), which replacing it would cut off");
  if (status.st_size > static_cast<off_t>(kImageLimit)) return fail_errno(EFBIG, path);
  return {};
}

}  // namespace

Result<PathParts> parts_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const bool split_well = slash != std::string::npos && path.front() == '/' && slash + 1 < path.size();
  for (const auto part : split(split_well ? std::string_view(path).substr(1) : std::string_view(), '/')) {
    if (part.empty() || part == "." || part == "..") return fail_errno(EINVAL, path);
  }
  if (!split_well) return fail_errno(EINVAL, path);
  return PathParts{slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

Result<SafeDirectory> SafeDirectory::open(const std::string& path) {
  const auto parts = parts_of(path);
  if (!parts) return tl::make_unexpected(parts.error());
  std::string so_far = "/";
  Descriptor directory(retried([] { return ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC); }));
  if (!directory.valid()) return fail_errno(errno, so_far);
  for (const auto name : split(std::string_view(path).substr(1), '/')) {
    if (auto good = check_directory(directory, so_far, false); !good) return tl::make_unexpected(good.error());
    so_far += (so_far.size() > 1 ? "/" : "") + std::string(name);
    auto next = step(directory, std::string(name), so_far);
    if (!next) return tl::make_unexpected(next.error());
    directory = std::move(*next);
  }
  if (auto good = check_directory(directory, so_far, true); !good) return tl::make_unexpected(good.error());
  // fsync(2) refuses a descriptor of O_PATH.
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  Descriptor readable(retried([&] { return ::openat(directory.number(), ".", kFlags); }));
  if (!readable.valid()) return fail_errno(errno, path);
  return SafeDirectory(path, std::move(readable));
}

std::string SafeDirectory::full(const std::string& name) const { return path_ + "/" + name; }

Result<std::optional<FileImage>> SafeDirectory::image(const std::string& name) const {
  const auto path = full(name);
  struct stat status {};
  if (::fstatat(number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::optional<FileImage>();
    return fail_errno(errno, path);
  }
  if (auto good = check_file(status, path); !good) return tl::make_unexpected(good.error());
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const Descriptor file(retried([&] { return ::openat(number(), name.c_str(), kFlags); }));
  if (!file.valid()) return fail_errno(errno, path);
  if (::fstat(file.number(), &status) != 0) return fail_errno(errno, path);
  if (auto good = check_file(status, path); !good) return tl::make_unexpected(good.error());
  auto image = read_image(file.number(), path);
  if (!image) return tl::make_unexpected(image.error());
  return std::optional(std::move(*image));
}

Result<void> SafeDirectory::make_durable() {
  if (retried([&] { return ::fsync(number()); }) != 0) return fail_errno(errno, path_);
  return {};
}

Result<void> SafeDirectory::put(const std::string& name, const FileImage& image, bool replacing) {
  if (auto cleared = remove_leftover(name); !cleared) return cleared;
  const auto path = full(name);
  const auto hidden = temporary(name);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const auto label = CreationLabel::set(path, S_IFREG, label_of(image));
  if (!label) return tl::make_unexpected(label.error());
  const Descriptor file(retried([&] { return ::openat(number(), hidden.c_str(), kFlags, 0600); }));
  if (!file.valid()) return fail_errno(errno, path);
  const unsigned how = replacing ? 0 : RENAME_NOREPLACE;
  const auto rename_it = [&]() -> Result<void> {
    if (retried([&] { return ::renameat2(number(), hidden.c_str(), number(), name.c_str(), how); }) == 0) return {};
    return fail_errno(errno, path);
  };
  auto written = write_image(file.number(), image, path).and_then(rename_it);
  if (written) return make_durable();
  (void)remove_leftover(name);  // the first error is the one to tell; the transaction clears up once more
  return written;
}

Result<void> SafeDirectory::remove(const std::string& name) {
  if (retried([&] { return ::unlinkat(number(), name.c_str(), 0); }) != 0) return fail_errno(errno, full(name));
  return make_durable();
}

Result<void> SafeDirectory::remove_leftover(const std::string& name) {
  const auto hidden = temporary(name);
  struct stat status {};
  if (::fstatat(number(), hidden.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) return {};
  if (retried([&] { return ::unlinkat(number(), hidden.c_str(), 0); }) == 0 || errno == ENOENT) return {};
  return fail_errno(errno, full(hidden));
}

Result<void> SafeDirectory::settle(const std::string& name) {
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const Descriptor there(retried([&] { return ::openat(number(), name.c_str(), kFlags); }));
  if (!there.valid() && errno != ENOENT) return fail_errno(errno, full(name));
  if (there.valid() && retried([&] { return ::fsync(there.number()); }) != 0) return fail_errno(errno, full(name));
  return make_durable();
}

Result<void> SafeDirectory::make_directory(const std::string& name, std::uint32_t mode) {
  const auto label = CreationLabel::set(full(name), S_IFDIR);
  if (!label) return tl::make_unexpected(label.error());
  if (make_exactly(number(), name, mode) != 0) return fail_errno(errno, full(name));
  struct stat status {};
  if (::fstatat(number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno(errno, full(name));
  if ((status.st_mode & 07777U) == mode) return make_durable();
  // A default ACL of the directory above took its part.
  return set_mode(number(), name, mode, full(name)).and_then([&] { return settle(name); });
}

Result<void> SafeDirectory::remove_directory(const std::string& name) {
  if (retried([&] { return ::unlinkat(number(), name.c_str(), AT_REMOVEDIR); }) != 0)
    return fail_errno(errno, full(name));
  return make_durable();
}

Result<bool> SafeDirectory::has_directory(const std::string& name) const {
  struct stat status {};
  if (::fstatat(number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISDIR(status.st_mode)) return true;
    return fail_errno(ENOTDIR, full(name));
  }
  if (errno == ENOENT) return false;
  return fail_errno(errno, full(name));
}

}  // namespace preflight
