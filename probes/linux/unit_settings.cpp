// SPDX-License-Identifier: Apache-2.0
// systemd.syntax(7), systemd.exec(5) and systemd.service(5), for the keys that bear on haproxy.
#include "probes/linux/unit_settings.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "probes/base/text.h"
#include "probes/linux/capability_names.h"
#include "probes/linux/environment_file.h"

namespace preflight {
namespace {

/// The first list replaces the set a unit begins with, later ones are added; with '~' they are taken away. "" leaves
/// nothing and "~" everything (config_parse_capability_set).
void take_capabilities(std::uint64_t& set, std::uint64_t begins_with, std::string_view value) {
  const bool invert = value.substr(0, 1) == "~";
  if (invert) value.remove_prefix(1);
  std::uint64_t listed = 0;
  for (const auto name : words(value))
    if (const auto number = capability_number(name)) listed |= std::uint64_t{1} << *number;
  if (listed == 0 || set == begins_with) {
    set = invert ? ~listed : listed;
  } else if (invert) {
    set &= ~listed;
  } else {
    set |= listed;
  }
}

void take_environment(UnitProperties& unit, const std::string& value) {
  if (value.empty()) unit.environment.clear();
  for (auto& entry : split_quoted(value)) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos) continue;
    const auto name = std::string_view(entry).substr(0, equals + 1);
    const auto known = std::find_if(unit.environment.begin(), unit.environment.end(),
                                    [&](const auto& e) { return e.compare(0, name.size(), name) == 0; });
    if (known == unit.environment.end()) {
      unit.environment.push_back(std::move(entry));
    } else {
      *known = std::move(entry);
    }
  }
}

void take_environment_file(UnitProperties& unit, std::string_view value) {
  if (value.empty()) {
    unit.environment_files.clear();
    return;
  }
  const bool optional = value.front() == '-';
  if (optional) value.remove_prefix(1);
  if (value.substr(0, 1) == "/") unit.environment_files.push_back({std::string(value), optional});
}

/// "[-]source[:destination[:options]]", several in a line.
void take_bind_paths(UnitProperties& unit, const std::string& value) {
  if (value.empty()) unit.bind_paths.clear();
  for (const auto& word : split_quoted(value)) {
    const bool optional = word.substr(0, 1) == "-";
    const auto parts = split(std::string_view(word).substr(optional ? 1 : 0), ':');
    if (parts.front().substr(0, 1) != "/") continue;
    const auto destination = parts.size() > 1 ? parts[1] : parts.front();
    unit.bind_paths.push_back({std::string(parts.front()), std::string(destination), optional});
  }
}

void take_umask(UnitProperties& unit, const std::string& value) {
  std::uint32_t mask = 0;
  const char* const end = value.data() + value.size();
  const auto [stopped, error] = std::from_chars(value.data(), end, mask, 8);
  if (error == std::errc{} && stopped == end && mask <= 07777) unit.umask = mask;
}

void take_groups(UnitProperties& unit, const std::string& value) {
  if (value.empty()) unit.supplementary_groups.clear();
  for (auto& name : split_quoted(value)) unit.supplementary_groups.push_back(std::move(name));
}

/// Relative names below a directory of systemd's; ":" begins the name of a link to it.
void take_made_directories(UnitProperties& unit, const std::string& parent, const std::string& value) {
  auto& made = unit.made_directories;
  if (value.empty()) {
    const auto below = [&](const std::string& path) { return path.compare(0, parent.size(), parent) == 0; };
    made.erase(std::remove_if(made.begin(), made.end(), below), made.end());
  }
  for (const auto& name : split_quoted(value)) made.push_back(parent + name.substr(0, name.find(':')));
}

/// After ':' no variable is replaced; doubling the dollar says the same to expand_exec.
std::string without_variables(const std::string& word) {
  std::string out;
  for (const char c : word) out.append(c == '$' ? 2 : 1, c);
  return out;
}

constexpr std::string_view kExecPrefixes = "-@:+!|";

void take_exec_start_pre(UnitProperties& unit, std::string_view value) {
  if (value.empty()) return unit.exec_start_pre.clear();
  const auto argv = split_quoted(value.substr(std::min(value.find_first_not_of(kExecPrefixes), value.size())));
  if (!argv.empty()) unit.exec_start_pre.push_back(argv.front());
}

void take_exec_start(UnitProperties& unit, std::string_view value) {
  if (value.empty()) {
    unit.exec_start.clear();
    return;
  }
  if (!unit.exec_start.empty()) return;  // Type=oneshot may have more; haproxy's is the first
  const auto prefix = value.substr(0, std::min(value.find_first_not_of(kExecPrefixes), value.size()));
  auto argv = split_quoted(value.substr(prefix.size()));
  // A word ";" of its own begins another command.
  argv.erase(std::find(argv.begin(), argv.end(), ";"), argv.end());
  // After '@' the second word is only what the program shall see as its own name.
  if (prefix.find('@') != std::string_view::npos && argv.size() > 1) argv.erase(argv.begin() + 1);
  if (prefix.find(':') != std::string_view::npos)
    std::transform(argv.begin(), argv.end(), argv.begin(), without_variables);
  unit.exec_start = std::move(argv);
}

/// The specifiers that come from the unit's name (systemd.unit(5)); others stay as written.
std::string expand_specifiers(std::string_view text, const std::string& name) {
  const auto suffix = name.rfind('.');
  const auto at = name.find('@');
  const auto whole = name.substr(0, suffix);
  const auto prefix = name.substr(0, std::min(at, suffix));
  const auto instance = at < suffix ? name.substr(at + 1, suffix - at - 1) : std::string();
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i] == '%' && i + 1 < text.size() ? text[i + 1] : '\0';
    switch (letter) {
      case '%':
        out += '%';
        break;
      case 'n':
        out += name;
        break;
      case 'N':
        out += whole;
        break;
      case 'p':
        out += prefix;
        break;
      case 'i':
        out += instance;
        break;
      default:
        out += text[i];
        continue;
    }
    ++i;
  }
  return out;
}

}  // namespace

void apply_service_setting(UnitProperties& unit, std::string_view key, const std::string& value) {
  if (key == "User") unit.user = expand_specifiers(value, unit.name);
  if (key == "Group") unit.group = expand_specifiers(value, unit.name);
  if (key == "SupplementaryGroups") take_groups(unit, expand_specifiers(value, unit.name));
  if (key == "UMask") take_umask(unit, value);
  if (key == "BindPaths" || key == "BindReadOnlyPaths") take_bind_paths(unit, expand_specifiers(value, unit.name));
  if (key == "CapabilityBoundingSet") take_capabilities(unit.capability_bounding_set, kUnlimited, value);
  if (key == "AmbientCapabilities") take_capabilities(unit.ambient_capabilities, 0, value);
  if (key == "Environment") take_environment(unit, expand_specifiers(value, unit.name));
  if (key == "EnvironmentFile") take_environment_file(unit, expand_specifiers(value, unit.name));
  for (const auto& [setting, parent] : kMadeBelow) {
    if (key == setting) take_made_directories(unit, std::string(parent), expand_specifiers(value, unit.name));
  }
  if (key == "ExecStartPre") take_exec_start_pre(unit, expand_specifiers(value, unit.name));
  if (key == "ExecStart") take_exec_start(unit, expand_specifiers(value, unit.name));
}

}  // namespace preflight
