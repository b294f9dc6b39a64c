// SPDX-License-Identifier: Apache-2.0
// Which file counts is decided by names alone: even one that cannot be read hides those of its name.
#include "probes/linux/conf_files.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

namespace preflight {
namespace {

constexpr std::array<std::string_view, 4> kPlaces = {"/etc/", "/run/", "/usr/local/lib/", "/usr/lib/"};
constexpr std::string_view kSuffix = ".conf";
constexpr std::size_t kFileLimit = 4UL * 1024 * 1024;

bool is_conf(std::string_view name) {
  return name.size() >= kSuffix.size() && name.substr(name.size() - kSuffix.size()) == kSuffix;
}

}  // namespace

std::string_view ConfFile::name() const {
  const std::string_view whole = path;
  return whole.substr(whole.rfind('/') + 1);
}

bool is_dangling(const ConfFile& file) {
  if (file.content) return false;
  const auto code = file.content.error().code;
  return code == std::errc::no_such_file_or_directory || code == std::errc::too_many_symbolic_link_levels;
}

std::vector<std::string> conf_directories(const HostView& host, std::string_view kind) {
  std::vector<std::string> directories;
  directories.reserve(kPlaces.size() + 1);
  for (const auto place : kPlaces) directories.push_back(std::string(place).append(kind));
  if (!host.link("/lib")) directories.push_back(std::string("/lib/").append(kind));
  return directories;
}

Result<std::string> read_conf_file(const HostView& host, const std::string& path) {
  auto content = host.read(path, kFileLimit);
  if (content) return content;
  const auto status = host.status(path);
  if (status && (status->kind == FileKind::device || status->kind == FileKind::directory)) return std::string();
  return content;
}

Result<std::vector<ConfFile>> list_conf_files(const HostView& host, std::span<const std::string> directories) {
  std::map<std::string, std::vector<ConfFile>> by_name;
  for (const auto& directory : directories) {
    const auto names = host.list(directory);
    if (!names && !is_missing(names.error())) return tl::make_unexpected(names.error());
    if (!names) continue;
    for (const auto& name : *names) {
      if (!is_conf(name)) continue;
      auto& files = by_name[name];
      files.push_back({std::string(directory).append("/").append(name), files.empty() ? "" : files.front().path});
    }
  }
  std::vector<ConfFile> found;
  for (auto& [name, files] : by_name) {
    found.insert(found.end(), std::make_move_iterator(files.begin()), std::make_move_iterator(files.end()));
  }
  return found;
}

Result<std::vector<ConfFile>> read_conf_files(const HostView& host, std::span<const std::string> directories) {
  auto files = list_conf_files(host, directories);
  if (!files) return files;
  for (auto& file : *files) file.content = read_conf_file(host, file.path);
  return files;
}

}  // namespace preflight
