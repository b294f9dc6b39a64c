// SPDX-License-Identifier: Apache-2.0
// Words for files, and the look-up of what was seen of them.
#include "policies/named_files.h"

#include <array>
#include <cstdio>

namespace preflight {

Result<PathStatus> status_of(const haproxy::InstanceFacts& instance, const std::string& path) {
  if (!instance.files) return tl::make_unexpected(instance.files.error());
  const auto* const known = instance.files->at(haproxy::absolute_file(path, instance));
  if (known == nullptr) return fail(std::errc::no_message, path, "not looked at");
  return known->found;
}

std::string octal(std::uint32_t mode) {
  std::array<char, 16> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string_view name_of(FileKind kind) {
  switch (kind) {
    case FileKind::regular:
      return "a file";
    case FileKind::directory:
      return "a directory";
    case FileKind::link:
      return "a link";
    case FileKind::fifo:
      return "a FIFO";
    case FileKind::socket:
      return "a socket";
    case FileKind::device:
      return "a device";
  }
  return {};
}

}  // namespace preflight
