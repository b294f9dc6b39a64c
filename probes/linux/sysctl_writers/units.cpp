// SPDX-License-Identifier: Apache-2.0
// A service that somebody wrote to set kernel settings at boot, and drop-ins that do so before or after another
// service: systemd starts them after the files of sysctl.d were loaded (systemd.service(5), ExecStart=).
#include <algorithm>
#include <array>

#include "probes/base/text.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

constexpr std::string_view kDirectory = "/etc/systemd/system/";
constexpr std::string_view kService = ".service";
constexpr std::array<std::string_view, 3> kCommands = {"ExecStartPre", "ExecStart", "ExecStartPost"};
constexpr std::array<std::string_view, 3> kPrograms = {"sysctl", "sh", "bash"};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

/// systemd interprets neither redirections nor pipes: only `sysctl` itself and a shell can set anything.
bool may_set(std::string_view command) {
  const auto parts = words(command);
  if (parts.empty()) return false;
  const auto slash = parts.front().rfind('/');
  const auto program = slash == std::string_view::npos ? parts.front() : parts.front().substr(slash + 1);
  return std::find(kPrograms.begin(), kPrograms.end(), program) != kPrograms.end();
}

void take_line(std::string_view line, std::uint32_t number, std::vector<Statement>& statements) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const auto key = trim(line.substr(0, equals));
  if (std::find(kCommands.begin(), kCommands.end(), key) == kCommands.end()) return;
  auto command = trim(line.substr(equals + 1));
  command.remove_prefix(std::min(command.find_first_not_of("-@:+!"), command.size()));
  if (!may_set(command)) return;
  auto found = statements_of(command, number);
  std::move(found.begin(), found.end(), std::back_inserter(statements));
}

/// A backslash at its end joins a line with the next; the first one's number names both.
std::vector<Statement> statements_of_unit(std::string_view content) {
  std::vector<Statement> statements;
  std::string joined;
  std::uint32_t number = 0;
  std::uint32_t first = 0;
  for_each_line(content, [&](std::string_view line) {
    ++number;
    if (joined.empty()) first = number;
    if (!line.empty() && line.back() == '\\') {
      joined += std::string(line.substr(0, line.size() - 1)) + " ";
      return;
    }
    joined += line;
    take_line(joined, first, statements);
    joined.clear();
  });
  return statements;
}

/// What a unit's own directory holds; a link to /dev/null, or to nowhere, holds nothing.
Result<std::string> content_of(const HostView& host, const std::string& path) {
  auto content = read_if_there(host, path);
  if (content) return content->value_or("");
  const auto status = host.status(path);
  if (status && status->kind != FileKind::regular) return std::string();
  return tl::make_unexpected(content.error());
}

Result<void> add_file(const Question& question, const std::string& unit, const std::string& path, Writers& writers) {
  const auto content = content_of(question.host, path);
  if (!content) return tl::make_unexpected(content.error());
  if (content->find("sysctl") == std::string::npos && content->find("/proc/sys/") == std::string::npos) return {};
  Writers found;
  auto added = add_statements(question, {unit, path}, statements_of_unit(*content), found);
  if (!added || found.empty()) return added;
  auto starts = starts_at_boot(question.host, unit);
  if (starts && !*starts)
    starts = starts_at_boot(question.host, unit.substr(0, unit.size() - kService.size()) + ".timer");
  if (!starts) return tl::make_unexpected(starts.error());
  if (!*starts) return {};
  std::move(found.begin(), found.end(), std::back_inserter(writers));
  return {};
}

Result<void> add_drop_ins(const Question& question, const std::string& directory, Writers& writers) {
  const auto unit = directory.substr(0, directory.size() - 2);
  const auto names = list_if_there(question.host, std::string(kDirectory) + directory);
  if (!names) return tl::make_unexpected(names.error());
  for (const auto& name : *names) {
    if (!ends_with(name, ".conf")) continue;
    auto added = add_file(question, unit, below(std::string(kDirectory) + directory, name), writers);
    if (!added) return added;
  }
  return {};
}

}  // namespace

Result<Writers> units(const Question& question) {
  Writers writers;
  const auto names = list_if_there(question.host, std::string(kDirectory.substr(0, kDirectory.size() - 1)));
  if (!names) return tl::make_unexpected(names.error());
  for (const auto& name : *names) {
    Result<void> added;
    if (ends_with(name, ".service.d")) added = add_drop_ins(question, name, writers);
    if (ends_with(name, kService)) added = add_file(question, name, std::string(kDirectory) + name, writers);
    if (!added) return tl::make_unexpected(added.error());
  }
  return writers;
}

}  // namespace preflight::sysctl_writers
