// SPDX-License-Identifier: Apache-2.0
// The files of the machine the tests run on.
#include "tests/support/file_host.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace preflight::test {

Result<std::string> FileHost::read(const std::string& path, std::size_t /*limit*/) const {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail_errno(errno, path);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

Result<std::vector<std::string>> FileHost::list(const std::string& path) const {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
    names.push_back(at->path().filename().string());
  if (error) return fail_errno(error.value(), path);
  std::sort(names.begin(), names.end());
  return names;
}

Result<FileStatus> FileHost::status(const std::string& path) const {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return fail_errno(errno, path);
  const auto kind = S_ISDIR(found.st_mode)   ? FileKind::directory
                    : S_ISREG(found.st_mode) ? FileKind::regular
                                             : FileKind::device;
  return FileStatus{kind, found.st_mode & 07777U, found.st_uid, found.st_gid,
                    static_cast<std::uint64_t>(found.st_size)};
}

Result<std::string> FileHost::link(const std::string& path) const {
  std::error_code error;
  auto target = std::filesystem::read_symlink(path, error);
  if (error) return fail_errno(error.value(), path);
  return target.string();
}

}  // namespace preflight::test
