// SPDX-License-Identifier: Apache-2.0
// systemd's search: the first directory that has a file of a name hides it in the others, drop-ins apply in the order
// of their names whatever their directory, and an empty file or a link to /dev/null masks.
#include "probes/linux/unit_files.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "probes/linux/unit_settings.h"

namespace preflight {
namespace {

constexpr std::array<std::string_view, 7> kUnitDirectories = {
    "/etc/systemd/system.control",   "/run/systemd/system.control", "/etc/systemd/system", "/run/systemd/system",
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",     "/lib/systemd/system"};

constexpr std::array<std::string_view, 5> kManagerDirectories = {
    "/etc/systemd/system.conf.d", "/run/systemd/system.conf.d", "/usr/local/lib/systemd/system.conf.d",
    "/usr/lib/systemd/system.conf.d", "/lib/systemd/system.conf.d"};

constexpr Limits kDefaultNofile = {1024, 524288};  // systemd-system.conf(5), since 240
constexpr std::size_t kFileLimit = 1024UL * 1024;

/// Written by path: file name -> path, in the order the files apply.
using Files = std::map<std::string, std::string>;

bool missing(const Error& error) { return error.code == std::errc::no_such_file_or_directory; }

bool is_masked(const HostView& host, const std::string& path) {
  const auto target = host.link(path);
  if (target && (*target == "/dev/null" || *target == "../../../dev/null")) return true;
  const auto status = host.status(path);
  return status && (status->kind == FileKind::device || (status->kind == FileKind::regular && status->size == 0));
}

/// "haproxy@edge.service" is made from "haproxy@.service".
std::string template_of(const std::string& name) {
  const auto at = name.find('@');
  const auto suffix = name.rfind('.');
  if (at == std::string::npos || suffix == std::string::npos || at > suffix || at + 1 == suffix) return {};
  return name.substr(0, at + 1) + name.substr(suffix);
}

std::optional<std::string> find_fragment(const HostView& host, const std::string& name) {
  for (const auto& candidate : {name, template_of(name)}) {
    if (candidate.empty()) continue;
    for (const auto directory : kUnitDirectories) {
      auto path = std::string(directory) + "/" + candidate;
      if (host.status(path) || host.link(path)) return path;
    }
  }
  return std::nullopt;
}

bool is_conf(std::string_view name) {
  return name.size() > 5 && name.front() != '.' && name.substr(name.size() - 5) == ".conf";
}

Result<void> add_files(const HostView& host, const std::string& directory, Files& files) {
  const auto names = host.list(directory);
  if (!names) {
    if (missing(names.error()) || names.error().code == std::errc::not_a_directory) return {};
    return tl::make_unexpected(names.error());
  }
  for (const auto& name : *names) {
    if (!is_conf(name)) continue;
    std::string path = directory;
    path += '/';
    path += name;
    files.emplace(name, std::move(path));
  }
  return {};
}

/// From the most to the least specific: the unit's own, those of "a-b.service" in "a-.service.d", and "service.d".
std::vector<std::string> drop_in_names(const std::string& name) {
  std::vector<std::string> found = {name + ".d"};
  if (const auto model = template_of(name); !model.empty()) found.push_back(model + ".d");
  const auto suffix = name.rfind('.');
  if (suffix == std::string::npos) return found;
  for (auto dash = name.rfind('-', suffix); dash != std::string::npos && dash > 0; dash = name.rfind('-', dash - 1))
    found.push_back(name.substr(0, dash + 1) + name.substr(suffix) + ".d");
  found.push_back(name.substr(suffix + 1) + ".d");
  return found;
}

Result<Files> find_drop_ins(const HostView& host, const std::string& name) {
  Files files;
  for (const auto& drop_ins : drop_in_names(name)) {
    for (const auto directory : kUnitDirectories) {
      const auto added = add_files(host, std::string(directory) + "/" + drop_ins, files);
      if (!added) return tl::make_unexpected(added.error());
    }
  }
  return files;
}

Result<void> read_settings(const HostView& host, const std::string& path, const TakeSetting& take) {
  if (is_masked(host, path)) return {};
  const auto text = host.read(path, kFileLimit);
  if (!text) return tl::make_unexpected(text.error());
  for_each_setting(*text, take);
  return {};
}

/// A link to nowhere is passed over, as systemd does.
Result<void> read_drop_in(const HostView& host, const std::string& path, const TakeSetting& take) {
  auto read = read_settings(host, path, take);
  if (!read && missing(read.error())) return {};
  return read;
}

/// DefaultLimitNOFILE of the manager.
Result<Limits> default_nofile(const HostView& host) {
  Limits limits = kDefaultNofile;
  const auto take = [&](std::string_view section, std::string_view key, const std::string& value) {
    if (section == "Manager" && key == "DefaultLimitNOFILE") limits = parse_limit(value).value_or(limits);
  };
  const auto main = read_settings(host, "/etc/systemd/system.conf", take);
  if (!main && !missing(main.error())) return tl::make_unexpected(main.error());
  Files files;
  for (const auto directory : kManagerDirectories)
    if (auto added = add_files(host, std::string(directory), files); !added) return tl::make_unexpected(added.error());
  for (const auto& [name, path] : files)
    if (auto read = read_drop_in(host, path, take); !read) return tl::make_unexpected(read.error());
  return limits;
}

/// Whether some target wants it: a link of its name in a ".wants" or ".requires" directory.
bool is_wanted(const HostView& host, const std::string& directory, const std::string& name) {
  const auto names = host.list(directory);
  if (!names) return false;
  return std::any_of(names->begin(), names->end(), [&](const std::string& entry) {
    const auto dot = entry.rfind('.');
    const auto kind = dot == std::string::npos ? std::string() : entry.substr(dot);
    return (kind == ".wants" || kind == ".requires") && host.link(directory + "/" + entry + "/" + name).has_value();
  });
}

std::string enabled_state(const HostView& host, const std::string& name, bool installable) {
  if (is_wanted(host, "/etc/systemd/system", name)) return "enabled";
  if (is_wanted(host, "/run/systemd/system", name)) return "enabled-runtime";
  return installable ? "disabled" : "static";
}

}  // namespace

Result<UnitProperties> unit_from_files(const HostView& host, const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos)
    return fail(std::errc::invalid_argument, name, "not the name of a unit");
  const auto fragment = find_fragment(host, name);
  if (!fragment) return fail(std::errc::no_such_file_or_directory, name, "no such unit file");
  const auto defaults = default_nofile(host);
  if (!defaults) return tl::make_unexpected(defaults.error());
  const auto drop_ins = find_drop_ins(host, name);
  if (!drop_ins) return tl::make_unexpected(drop_ins.error());

  UnitProperties unit;
  unit.name = name;
  unit.fragment_path = *fragment;
  unit.limit_nofile_soft = defaults->soft;
  unit.limit_nofile = defaults->hard;
  bool installable = false;
  const auto take = [&](std::string_view section, std::string_view key, const std::string& value) {
    if (section == "Service") apply_service_setting(unit, key, value);
    installable = installable || section == "Install";
  };
  if (is_masked(host, *fragment)) {
    unit.unit_file_state = "masked";
    return unit;
  }
  if (auto read = read_settings(host, *fragment, take); !read) return tl::make_unexpected(read.error());
  for (const auto& [file, path] : *drop_ins) {
    unit.drop_in_paths.push_back(path);
    if (auto read = read_drop_in(host, path, take); !read) return tl::make_unexpected(read.error());
  }
  unit.unit_file_state = enabled_state(host, name, installable);
  return unit;
}

}  // namespace preflight
