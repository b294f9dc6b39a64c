// SPDX-License-Identifier: Apache-2.0
// cloud-init runs `bootcmd` and the scripts of per-boot at every boot; `runcmd` and `write_files` run once in the life
// of an instance and come back at no reboot. One `bootcmd` counts: the user's before any of the system's.
#include <optional>

#include "probes/base/text.h"
#include "probes/linux/sysctl_writers/boot_commands.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

constexpr std::string_view kMain = "/etc/cloud/cloud.cfg";
constexpr std::string_view kMore = "/etc/cloud/cloud.cfg.d";
constexpr std::string_view kUser = "/var/lib/cloud/instance/cloud-config.txt";
constexpr std::string_view kScripts = "/var/lib/cloud/scripts/per-boot";
constexpr std::string_view kDisabled = "/etc/cloud/cloud-init.disabled";

struct Found {
  std::string file;
  std::vector<BootCommand> commands;
};

/// Files from the least to the most important; a later `bootcmd` takes the place of an earlier one.
Result<Found> find_commands(const Question& question, std::string_view main) {
  Found found;
  if (auto commands = boot_commands(main)) found = {std::string(kMain), std::move(*commands)};
  const auto names = list_if_there(question.host, std::string(kMore));
  if (!names) return tl::make_unexpected(names.error());
  std::vector<std::string> paths;
  for (const auto& name : *names)
    if (name.size() > 4 && name.substr(name.size() - 4) == ".cfg") paths.push_back(below(kMore, name));
  paths.emplace_back(kUser);
  for (const auto& path : paths) {
    const auto content = read_if_there(question.host, path);
    if (!content) return tl::make_unexpected(content.error());
    if (auto commands = boot_commands(content->value_or(""))) found = {path, std::move(*commands)};
  }
  return found;
}

Result<void> add_scripts(const Question& question, Writers& writers) {
  const auto names = list_if_there(question.host, std::string(kScripts));
  if (!names) return tl::make_unexpected(names.error());
  for (const auto& name : *names) {
    const auto path = below(kScripts, name);
    const auto script = read_script(question.host, path);
    if (!script) return tl::make_unexpected(script.error());
    auto added = add_statements(question, {"cloud-init", path}, statements_of(script->value_or("")), writers);
    if (!added) return added;
  }
  return {};
}

}  // namespace

Result<Writers> cloud_init(const Question& question) {
  Writers writers;
  const auto main = read_if_there(question.host, std::string(kMain));
  if (!main) return tl::make_unexpected(main.error());
  if (!*main) return writers;
  const auto disabled = is_there(question.host, std::string(kDisabled));
  if (!disabled) return tl::make_unexpected(disabled.error());
  if (*disabled) return writers;
  const auto found = find_commands(question, **main);
  if (!found) return tl::make_unexpected(found.error());
  for (const auto& command : found->commands) {
    const auto added =
        add_statements(question, {"cloud-init", found->file}, statements_of(command.shell, command.line), writers);
    if (!added) return tl::make_unexpected(added.error());
  }
  if (const auto added = add_scripts(question, writers); !added) return tl::make_unexpected(added.error());
  return writers;
}

}  // namespace preflight::sysctl_writers
