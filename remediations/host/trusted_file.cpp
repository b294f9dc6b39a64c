// SPDX-License-Identifier: Apache-2.0
// The same walk as for files that are written: who can swap a plan can choose what root does.
#include "remediations/host/trusted_file.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

namespace preflight {
namespace {

Result<std::string> absolute(const std::string& path) {
  if (path.starts_with("/")) return path;
  std::array<char, PATH_MAX> here{};
  if (::getcwd(here.data(), here.size()) == nullptr) return fail_errno(errno, path);
  const auto below = path.starts_with("./") ? path.substr(2) : path;
  const std::string start = here.data();
  return (start == "/" ? "" : start) + "/" + below;
}

}  // namespace

Result<std::string> read_trusted_file(const SafeDirectory& directory, const std::string& name) {
  const auto path = directory.path() + "/" + name;
  auto image = directory.image(name);
  if (!image) return tl::make_unexpected(image.error());
  if (!*image) return fail_errno(ENOENT, path);
  const bool ours = (*image)->uid == 0 || (*image)->uid == ::geteuid();
  if (!ours || ((*image)->mode & kOthersMayWrite) != 0)
    return fail(std::errc::operation_not_permitted, path, "others than root may write it: it is not trusted");
  return std::move((*image)->content);
}

Result<std::string> read_trusted_file(const std::string& path) {
  const auto full = absolute(path);
  if (!full) return tl::make_unexpected(full.error());
  const auto parts = parts_of(*full);
  if (!parts) return tl::make_unexpected(parts.error());
  const auto directory = SafeDirectory::open(parts->directory);
  if (!directory) return tl::make_unexpected(directory.error());
  return read_trusted_file(*directory, parts->name);
}

}  // namespace preflight
