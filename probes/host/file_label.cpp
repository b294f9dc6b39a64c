// SPDX-License-Identifier: Apache-2.0
// A label is an extended attribute; it can be read where SELinux does not run, if the file system keeps it.
#include <sys/xattr.h>

#include <array>
#include <cerrno>

#include "probes/host/files.h"

namespace preflight {

Result<std::string> file_label(const std::string& path) {
  if (path.find('\0') != std::string::npos) return fail_errno(EINVAL, path);
  std::array<char, 4096> label;  // a page is the kernel's limit for a context
  const auto size = ::getxattr(path.c_str(), "security.selinux", label.data(), label.size());
  if (size < 0) return fail_errno(errno, path);
  std::string text(label.data(), static_cast<std::size_t>(size));
  return text.substr(0, text.find('\0'));
}

}  // namespace preflight
