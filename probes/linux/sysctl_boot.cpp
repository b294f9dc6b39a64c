// SPDX-License-Identifier: Apache-2.0
// The loaders run once, early: what the kernel's command line said stands before them, and a key of a module that is
// loaded later is not there yet (sysctl.d(5)).
#include "probes/linux/sysctl_boot.h"

#include <algorithm>
#include <array>

#include "probes/base/text.h"
#include "probes/linux/kernel_setting.h"
#include "probes/linux/sysctl_name.h"

namespace preflight {
namespace {

using Keys = std::set<std::string, std::less<>>;
using Values = std::map<std::string, std::string, std::less<>>;

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kModules = {{
    {"net.netfilter.nf_conntrack_", "nf_conntrack"},
    {"net.nf_conntrack_max", "nf_conntrack"},
    {"net.bridge.", "br_netfilter"},
}};

/// Of "sysctl.net.core.somaxconn=8192" and the like (kernel-parameters): what the kernel itself writes before the
/// first process runs.
void add_command_line(std::string_view text, Values& values) {
  constexpr std::string_view kPrefix = "sysctl.";
  KernelSettings settings{std::move(values)};
  for (auto word : words(text)) {
    if (word.substr(0, kPrefix.size()) != kPrefix && word.substr(0, kPrefix.size()) != "sysctl/") continue;
    word.remove_prefix(kPrefix.size());
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    settings.write(sysctl_key(word.substr(0, equals)), word.substr(equals + 1));
  }
  values = std::move(settings.values);
}

Values kernel_values(const HostView& host, const Keys& keys) {
  Values values;
  const auto release = host.read("/proc/sys/kernel/osrelease");
  for (const auto& key : keys) {
    for (const std::string_view one : {std::string_view(key), coupled_key(key)}) {
      if (auto known = kernel_default(one, release ? trim(*release) : "")) values.emplace(one, std::move(*known));
    }
  }
  if (const auto line = host.read("/proc/cmdline"); line) add_command_line(*line, values);
  return values;
}

std::string_view module_of(std::string_view key) {
  for (const auto& [prefix, module] : kModules) {
    if (key.substr(0, prefix.size()) == prefix) return module;
  }
  return {};
}

bool is_assigned(const KeyAtBoot& key) {
  const auto has_lines = [](const Result<LoaderAnswer>& answer) { return answer && !answer->lines.empty(); };
  return has_lines(key.systemd) || has_lines(key.procps);
}

/// A host or an image with systemd on it is taken to boot with it.
SysctlLoader boot_loader(const HostView& host) {
  for (const auto* const place :
       {"/run/systemd/system", "/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl"})
    if (host.status(place)) return SysctlLoader::systemd;
  return SysctlLoader::procps;
}

}  // namespace

const Result<LoaderAnswer>& KeyAtBoot::by(SysctlLoader loader) const {
  return loader == SysctlLoader::systemd ? systemd : procps;
}

Result<std::optional<std::string>> KeyAtBoot::after(SysctlLoader loader) const {
  const auto& answer = by(loader);
  if (!answer) return tl::make_unexpected(answer.error());
  return answer->value && late_module.empty() ? answer->value : kernel;
}

const KeyAtBoot* SysctlBoot::find(std::string_view key) const {
  const auto found = keys.find(key);
  return found == keys.end() ? nullptr : &found->second;
}

// modules-load.d(5), the kernel's command line or the kernel itself bring modules before sysctl.d is read.
bool comes_late(const HostView& host, std::string_view module) {
  const auto directory = "/sys/module/" + std::string(module);
  if (host.status(directory) && !host.status(directory + "/initstate")) return false;  // built in
  const auto files = read_conf_files(host, conf_directories(host, "modules-load.d"));
  if (!files) return false;  // not known: nothing is said of it
  bool listed = false;
  for (const auto& file : *files) {
    if (!file.content || !file.hidden_by.empty()) continue;
    for_each_line(*file.content, [&](std::string_view line) { listed = listed || trim(line) == module; });
  }
  const auto line = host.read("/proc/cmdline");
  for (const auto word : line ? words(*line) : std::vector<std::string_view>()) {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos || word.substr(0, equals) != "modules_load") continue;
    for (const auto name : split(word.substr(equals + 1), ',')) listed = listed || name == module;
  }
  return !listed;
}

Result<SysctlBoot> read_sysctl_boot(const HostView& host, const Keys& keys) {
  const auto files = read_sysctl_files(host);
  if (!files) return tl::make_unexpected(files.error());
  SysctlBoot boot;
  boot.loader = boot_loader(host);
  boot.keys = resolve_sysctls(*files, keys, kernel_values(host, keys));
  for (auto& [key, found] : boot.keys) {
    const auto module = module_of(key);
    if (!module.empty() && is_assigned(found) && comes_late(host, module)) found.late_module = module;
  }
  return boot;
}

}  // namespace preflight
