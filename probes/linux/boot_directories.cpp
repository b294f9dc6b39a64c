// SPDX-License-Identifier: Apache-2.0
// tmpfiles.d(5), as far as it makes directories.
#include "probes/linux/boot_directories.h"

#include <string_view>

#include "probes/base/text.h"
#include "probes/linux/conf_files.h"

namespace preflight {
namespace {

constexpr std::string_view kMakesDirectory = "dDvqQ";

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
  const auto files = read_conf_files(host, conf_directories(host, "tmpfiles.d"));
  if (!files) return tl::make_unexpected(files.error());
  std::set<std::string> directories;
  for (const auto& file : *files) {
    if (!file.hidden_by.empty() || is_dangling(file)) continue;
    if (!file.content) return tl::make_unexpected(file.content.error());
    for_each_line(*file.content, [&](std::string_view line) { add_directory(line, directories); });
  }
  return directories;
}

}  // namespace preflight
