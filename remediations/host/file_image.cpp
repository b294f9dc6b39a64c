// SPDX-License-Identifier: Apache-2.0
// Owner before mode, because chown(2) clears setuid bits; attributes after both, because chown clears capabilities and
// an ACL is the mode of its group class; fsync(2) last, and never twice: after it failed the pages count as clean.
#include "remediations/host/file_image.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include "probes/base/text.h"
#include "probes/host/retry.h"
#include "remediations/host/safe_directory.h"

namespace preflight {
namespace {

constexpr std::size_t kNamesLimit = 65536;  // XATTR_LIST_MAX
constexpr std::size_t kValueLimit = 65536;  // XATTR_SIZE_MAX
constexpr std::int64_t kNano = 1'000'000'000;

/// Those of a person or of the policy; others the kernel keeps itself (security.ima, security.evm).
bool is_kept(std::string_view name) {
  constexpr std::array<std::string_view, 3> kNames = {"system.posix_acl_access", "security.capability",
                                                      kLabelAttribute};
  return name.starts_with("user.") || name.starts_with("trusted.") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Result<std::vector<std::string>> attribute_names(int descriptor, const std::string& path) {
  std::string names(kNamesLimit, '\0');
  const auto length = retried([&] { return ::flistxattr(descriptor, names.data(), names.size()); });
  if (length < 0 && errno == ENOTSUP) return std::vector<std::string>();
  if (length < 0) return fail_errno(errno, path);
  std::vector<std::string> kept;
  std::string_view rest(names.data(), static_cast<std::size_t>(length));
  while (!rest.empty()) {
    const auto name = rest.substr(0, rest.find('\0'));
    if (is_kept(name) && !is_utf8(name))
      return fail(std::errc::illegal_byte_sequence, path, "has an attribute whose name cannot be written down");
    if (is_kept(name)) kept.emplace_back(name);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return kept;
}

Result<void> read_attributes(int descriptor, FileImage& image, const std::string& path) {
  const auto names = attribute_names(descriptor, path);
  if (!names) return tl::make_unexpected(names.error());
  std::string value(kValueLimit, '\0');
  for (const auto& name : *names) {
    const auto length = retried([&] { return ::fgetxattr(descriptor, name.c_str(), value.data(), value.size()); });
    if (length < 0) return fail_errno(errno, path);
    image.attributes.emplace(name, value.substr(0, static_cast<std::size_t>(length)));
  }
  return {};
}

Result<void> read_content(int descriptor, std::string& content, const std::string& path) {
  std::array<char, 16384> piece{};
  for (;;) {
    const auto got = retried([&] { return ::read(descriptor, piece.data(), piece.size()); });
    if (got < 0) return fail_errno(errno, path);
    if (got == 0) return {};
    content.append(piece.data(), static_cast<std::size_t>(got));
    if (content.size() > kImageLimit) return fail_errno(EFBIG, path);
  }
}

Result<void> write_content(int descriptor, std::string_view rest, const std::string& path) {
  while (!rest.empty()) {
    const auto written = retried([&] { return ::write(descriptor, rest.data(), rest.size()); });
    if (written < 0) return fail_errno(errno, path);
    if (written == 0) return fail_errno(EIO, path);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

bool has_attribute(int descriptor, const std::string& name, const std::string& value) {
  std::string present(value.size() + 1, '\0');
  const auto length = retried([&] { return ::fgetxattr(descriptor, name.c_str(), present.data(), present.size()); });
  return length >= 0 && present.substr(0, static_cast<std::size_t>(length)) == value;
}

/// A directory's default ACL gives one to every new file in it; one that the image lacks goes.
Result<void> write_attributes(int descriptor, const FileImage& image, const std::string& path) {
  const auto present = attribute_names(descriptor, path);
  if (!present) return tl::make_unexpected(present.error());
  for (const auto& name : *present) {
    if (image.attributes.contains(name) || name == kLabelAttribute) continue;
    if (retried([&] { return ::fremovexattr(descriptor, name.c_str()); }) != 0) return fail_errno(errno, path);
  }
  for (const auto& attribute : image.attributes) {
    const auto& value = attribute.second;
    // A label was given with the file; to relabel one is a right of its own, which we may not have.
    if (attribute.first == kLabelAttribute && has_attribute(descriptor, attribute.first, value)) continue;
    const auto set = [&] { return ::fsetxattr(descriptor, attribute.first.c_str(), value.data(), value.size(), 0); };
    if (retried(set) != 0) return fail_errno(errno, path);
  }
  return {};
}

Result<void> write_owner_and_mode(int descriptor, const FileImage& image, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return fail_errno(errno, path);
  const bool owned = status.st_uid == image.uid && status.st_gid == image.gid;
  if (!owned && retried([&] { return ::fchown(descriptor, image.uid, image.gid); }) != 0)
    return fail_errno(errno, path);
  if (retried([&] { return ::fchmod(descriptor, image.mode); }) != 0) return fail_errno(errno, path);
  return {};
}

Result<void> write_time(int descriptor, const FileImage& image, const std::string& path) {
  if (image.modified == 0) return {};
  const struct timespec time { image.modified / kNano, image.modified % kNano };
  const std::array<struct timespec, 2> times = {time, time};
  if (retried([&] { return ::futimens(descriptor, times.data()); }) != 0) return fail_errno(errno, path);
  return {};
}

}  // namespace

Result<FileImage> read_image(int descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return fail_errno(errno, path);
  FileImage image;
  image.mode = status.st_mode & 07777U;
  image.uid = status.st_uid;
  image.gid = status.st_gid;
  image.modified = status.st_mtim.tv_sec * kNano + status.st_mtim.tv_nsec;
  if (auto read = read_content(descriptor, image.content, path); !read) return tl::make_unexpected(read.error());
  if (auto read = read_attributes(descriptor, image, path); !read) return tl::make_unexpected(read.error());
  return image;
}

Result<void> write_image(int descriptor, const FileImage& image, const std::string& path) {
  const auto write_all = [&] { return write_content(descriptor, image.content, path); };
  const auto fsync_all = [&]() -> Result<void> {
    if (retried([&] { return ::fsync(descriptor); }) != 0) return fail_errno(errno, path);
    return {};
  };
  return write_all()
      .and_then([&] { return write_owner_and_mode(descriptor, image, path); })
      .and_then([&] { return write_attributes(descriptor, image, path); })
      .and_then([&] { return write_time(descriptor, image, path); })
      .and_then(fsync_all);
}

}  // namespace preflight
