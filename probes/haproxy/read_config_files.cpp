// SPDX-License-Identifier: Apache-2.0
// Which files `-f` names: of a directory the regular ones whose first ".cfg" ends their name, in byte order
// (cfgfiles_expand_directories in src/haproxy.c); not recursive.
#include "probes/haproxy/read_config.h"

namespace preflight::haproxy {
namespace {

constexpr std::string_view kSuffix = ".cfg";

bool is_config_name(std::string_view name) {
  const auto first = name.find(kSuffix);
  return name.front() != '.' && first != std::string_view::npos && first + kSuffix.size() == name.size();
}

std::string joined(const std::string& directory, const std::string& name) {
  return directory.empty() || directory.back() == '/' ? directory + name : directory + "/" + name;
}

using Files = std::vector<SourceFile>;

Result<void> load_file(const HostView& host, const std::string& path, Files& files) {
  auto content = host.read(path);
  if (!content) return tl::make_unexpected(content.error());
  files.push_back({path, *std::move(content)});
  return {};
}

Result<void> load_directory(const HostView& host, const std::string& path, Files& files) {
  const auto names = host.list(path);
  if (!names) return tl::make_unexpected(names.error());
  for (const std::string& name : *names) {
    if (name.empty() || !is_config_name(name)) continue;
    const std::string file = joined(path, name);
    const auto status = host.status(file);
    if (!status) return tl::make_unexpected(status.error());
    if (status->kind != FileKind::regular) continue;
    if (auto loaded = load_file(host, file, files); !loaded) return loaded;
  }
  return {};
}

}  // namespace

Result<std::vector<SourceFile>> load_files(const HostView& host, const std::vector<std::string>& paths,
                                           const std::string& directory) {
  Files files;
  for (const std::string& named : paths) {
    const bool relative = named.empty() || named.front() != '/';
    const std::string path = relative && !directory.empty() ? joined(directory, named) : named;
    const auto status = host.status(path);
    if (!status) return tl::make_unexpected(status.error());
    const bool is_directory = status->kind == FileKind::directory;
    const auto loaded = is_directory ? load_directory(host, path, files) : load_file(host, path, files);
    if (!loaded) return tl::make_unexpected(loaded.error());
  }
  if (files.empty() && !paths.empty()) {
    return fail(std::errc::no_such_file_or_directory, paths.front(), "holds no file named *.cfg");
  }
  return files;
}

}  // namespace preflight::haproxy
