// SPDX-License-Identifier: Apache-2.0
// Of files with one name the first directory's is read (tmpfiles.d(5)), as with all of systemd's.
#include "probes/linux/boot_directories.h"

#include <array>
#include <map>
#include <string_view>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::array kPlaces = {"/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/local/lib/tmpfiles.d",
                                "/usr/lib/tmpfiles.d"};
constexpr std::string_view kMakesDirectory = "dDvqQ";
constexpr std::string_view kSuffix = ".conf";

bool missing(const Error& error) { return error.code == std::errc::no_such_file_or_directory; }

bool is_read(std::string_view name) {
  return name.size() > kSuffix.size() && name.substr(name.size() - kSuffix.size()) == kSuffix;
}

/// Name to path.
Result<std::map<std::string, std::string>> files_in_force(const HostView& host) {
  std::map<std::string, std::string> found;
  for (const std::string_view place : kPlaces) {
    const auto names = host.list(std::string(place));
    if (!names && !missing(names.error())) return tl::make_unexpected(names.error());
    if (!names) continue;
    for (const auto& name : *names) {
      if (is_read(name)) found.emplace(name, std::string(place).append("/").append(name));
    }
  }
  return found;
}

/// "d /run/haproxy 2775 haproxy haproxy -": the second word, without slashes at its end.
void add_directory(std::string_view line, std::set<std::string>& directories) {
  const auto fields = words(line);
  if (fields.size() < 2 || kMakesDirectory.find(fields[0].front()) == std::string_view::npos) return;
  std::string_view path = fields[1];
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path.front() == '/' && path.find('%') == std::string_view::npos) directories.emplace(path);
}

}  // namespace

Result<std::set<std::string>> boot_directories(const HostView& host) {
  const auto files = files_in_force(host);
  if (!files) return tl::make_unexpected(files.error());
  std::set<std::string> directories;
  for (const auto& [name, path] : *files) {
    const auto content = host.read(path);
    if (!content) return tl::make_unexpected(content.error());
    for_each_line(*content, [&](std::string_view line) { add_directory(line, directories); });
  }
  return directories;
}

}  // namespace preflight
