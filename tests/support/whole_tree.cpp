// SPDX-License-Identifier: Apache-2.0
// lstat(2), the content, and every extended attribute of each entry; times are not compared.
#include "tests/support/whole_tree.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <vector>

namespace preflight::test {
namespace {

namespace fs = std::filesystem;

std::string attributes_of(const fs::path& path) {
  std::array<char, 65536> names{};
  const auto length = ::llistxattr(path.c_str(), names.data(), names.size());
  if (length <= 0) return {};
  std::vector<std::string> list;
  std::string_view rest(names.data(), static_cast<std::size_t>(length));
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find('\0')));
    std::array<char, 65536> value{};
    const auto size = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
    list.push_back(name + "=" + std::string(value.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
    rest.remove_prefix(name.size() + 1);
  }
  std::sort(list.begin(), list.end());
  std::string text;
  for (const auto& one : list) text += " " + one;
  return text;
}

std::string content_of(const fs::path& path, const struct stat& status) {
  if (S_ISLNK(status.st_mode)) return fs::read_symlink(path).string();
  if (!S_ISREG(status.st_mode)) return {};
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string whole_tree(const std::string& root, const std::string& without) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (without.empty() || !entry.path().string().starts_with(without)) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::ostringstream text;
  for (const auto& path : paths) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) continue;
    text << path.string().substr(root.size()) << ' ' << std::oct << status.st_mode << std::dec << ' ' << status.st_uid
         << ':' << status.st_gid << attributes_of(path) << " [" << content_of(path, status) << "]\n";
  }
  return text.str();
}

}  // namespace preflight::test
