// SPDX-License-Identifier: Apache-2.0
// What was changed is answered from the changes, the rest by the host.
#include "remediations/supposed_host.h"

#include <algorithm>

#include "probes/linux/sysctl_name.h"
#include "probes/linux/unit_limit.h"

namespace preflight {
namespace {

constexpr std::uint32_t kDirectoryMode = 0755;

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

tl::unexpected<Error> missing(const std::string& path) { return fail_errno(ENOENT, path); }

void set_name(std::vector<std::string>& names, const std::string& name, bool there) {
  std::erase(names, name);
  if (there) names.insert(std::lower_bound(names.begin(), names.end(), name), name);
}

}  // namespace

SupposedHost::SupposedHost(const HostView& inner, const Changes& changes)
    : ForwardingHost(inner), policy_(inner, changes) {
  for (const auto& change : changes) {
    if (const auto* write = std::get_if<SysctlWrite>(&change))
      settings_["/proc/sys/" + sysctl_path(write->key)] = write->to;
    if (const auto* write = std::get_if<FileWrite>(&change)) files_[write->path] = write->to;
    if (const auto* write = std::get_if<DirectoryWrite>(&change)) directories_[write->path] = write->to;
    if (std::holds_alternative<UnitsReload>(change)) reloaded_ = true;
  }
}

const std::string* SupposedHost::setting(const std::string& path) const {
  const auto found = settings_.find(path);
  return found == settings_.end() ? nullptr : &found->second;
}

Result<std::string> SupposedHost::read(const std::string& path, std::size_t limit) const {
  if (const auto* const value = setting(path)) return *value + "\n";
  const auto file = files_.find(path);
  if (file == files_.end()) {
    auto list = policy_.list(path);
    return list ? Result<std::string>(std::move(*list)) : inner().read(policy_.place_of(path), limit);
  }
  if (!file->second) return missing(path);
  return file->second->content;
}

Result<std::string> SupposedHost::read_in(Netns netns, const std::string& path) const {
  const auto* const value = netns == Netns{} ? setting(path) : nullptr;
  return value == nullptr ? inner().read_in(netns, path) : Result<std::string>(*value + "\n");
}

Result<std::vector<std::string>> SupposedHost::list(const std::string& path) const {
  const auto directory = directories_.find(path);
  if (directory != directories_.end() && !directory->second) return missing(path);
  auto names = inner().list(path);
  if (!names && directory == directories_.end()) return names;
  auto list = std::move(names).value_or(std::vector<std::string>());
  for (const auto& [file, image] : files_)
    if (directory_of(file) == path) set_name(list, name_of(file), image.has_value());
  for (const auto& [made, there] : directories_)
    if (directory_of(made) == path) set_name(list, name_of(made), there);
  policy_.rename_in(path, list);
  return list;
}

Result<std::vector<std::string>> SupposedHost::list_links(const std::string& path) const {
  const auto directory = directories_.find(path);
  if (directory == directories_.end()) return inner().list_links(path);
  return directory->second ? Result<std::vector<std::string>>(std::vector<std::string>()) : missing(path);
}

Result<FileStatus> SupposedHost::status(const std::string& path) const {
  const auto directory = directories_.find(path);
  if (directory != directories_.end()) {
    return directory->second ? Result<FileStatus>(FileStatus{.kind = FileKind::directory, .mode = kDirectoryMode})
                             : missing(path);
  }
  const auto file = files_.find(path);
  if (file == files_.end()) return inner().status(policy_.place_of(path));
  if (!file->second) return missing(path);
  const auto& image = *file->second;
  return FileStatus{
      .kind = FileKind::regular, .mode = image.mode, .uid = image.uid, .gid = image.gid, .size = image.content.size()};
}

Result<selinux::PolicyAnswer> SupposedHost::policy(const selinux::PolicyQuestion& question) const {
  return inner().policy(policy_.asked(question));
}

Result<UnitProperties> SupposedHost::unit(const std::string& name) const {
  auto properties = inner().unit(name);
  if (!properties || !reloaded_) return properties;
  const auto limit = resolve_unit_limit(*this, name);
  if (!limit) return properties;  // not loaded, or not to be read: systemd keeps what it has
  properties->limit_nofile = limit->reloaded.limits.hard;
  properties->limit_nofile_soft = limit->reloaded.limits.soft;
  return properties;
}

}  // namespace preflight
