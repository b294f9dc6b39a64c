// SPDX-License-Identifier: Apache-2.0
// libselinux's and libsemanage's readers, as far as these files matter here. Whatever they hold comes from outside: a
// line that makes no sense is no line.
#include "probes/linux/selinux_files.h"

#include <optional>
#include <regex>

#include "probes/base/text.h"

namespace preflight {
namespace {

std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  if (line.substr(0, key.size()) != key) return std::nullopt;
  return line.substr(key.size());
}

bool is_ignored(std::string_view line) { return line.empty() || line.front() == '#'; }

std::optional<bool> truth_of(std::string_view word) {
  const auto text = lowercase(word);
  if (text == "1" || text == "on" || text == "true") return true;
  if (text == "0" || text == "off" || text == "false") return false;
  return std::nullopt;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

/// "http_port_t" of "system_u:object_r:http_port_t:s0".
std::string type_of_context(std::string_view context) {
  const auto parts = split(context, ':');
  return parts.size() < 3 ? std::string() : std::string(parts[2]);
}

std::optional<Protocol> protocol_of(std::string_view word) {
  if (word == "tcp") return Protocol::tcp;
  if (word == "udp") return Protocol::udp;
  return std::nullopt;  // sctp and dccp
}

/// What an expression begins with before anything in it is special; a path that begins otherwise cannot match.
std::string_view stem_of(std::string_view expression) {
  return expression.substr(0, expression.find_first_of(".^$?*+|[({\\"));
}

/// The last literal byte may be made optional by what follows it.
bool may_match(std::string_view expression, std::string_view path) {
  auto stem = stem_of(expression);
  if (stem.size() < expression.size() && !stem.empty()) stem.remove_suffix(1);
  return path.substr(0, stem.size()) == stem;
}

bool matches(std::string_view expression, const std::string& path) {
  constexpr std::size_t kLongest = 1000;
  // Whoever wrote the file may not keep us busy: no backtracking.
  constexpr auto kSyntax = std::regex::extended | std::regex_constants::__polynomial;
  if (expression.size() > kLongest || !may_match(expression, path)) return false;
  try {
    return std::regex_match(path, std::regex(expression.begin(), expression.end(), kSyntax));
  } catch (const std::regex_error&) {
    return false;
  }
}

}  // namespace

SelinuxConfig parse_selinux_config(std::string_view text) {
  SelinuxConfig config;
  config.type = "targeted";
  bool known = false;
  for_each_line(text, [&](std::string_view raw) {
    const auto line = trim(raw);
    if (is_ignored(line)) return;
    if (const auto type = value_of(line, "SELINUXTYPE="); type) {
      if (!trim(*type).empty()) config.type = std::string(trim(*type));
      return;
    }
    const auto mode = value_of(line, "SELINUX=");
    if (!mode || known) return;
    const auto word = lowercase(words(*mode).empty() ? std::string_view() : words(*mode).front());
    known = true;
    if (word.rfind("enforcing", 0) == 0) {
      config.mode = SelinuxMode::enforcing;
    } else if (word.rfind("permissive", 0) == 0) {
      config.mode = SelinuxMode::permissive;
    } else if (word.rfind("disabled", 0) == 0) {
      config.mode = SelinuxMode::disabled;
    } else {
      known = false;
    }
  });
  return config;
}

std::map<std::string, bool, std::less<>> parse_booleans_local(std::string_view text) {
  std::map<std::string, bool, std::less<>> booleans;
  for_each_line(text, [&](std::string_view raw) {
    const auto line = trim(raw);
    const auto equals = line.find('=');
    if (is_ignored(line) || equals == std::string_view::npos) return;
    const auto value = truth_of(trim(line.substr(equals + 1)));
    const auto name = trim(line.substr(0, equals));
    if (value && !name.empty()) booleans.insert_or_assign(std::string(name), *value);
  });
  return booleans;
}

std::vector<selinux::PortRecord> parse_ports_local(std::string_view text) {
  std::vector<selinux::PortRecord> ports;
  for_each_line(text, [&](std::string_view line) {
    auto parts = words(line);
    // "8000 - 8100" is one range, too.
    if (parts.size() < 4 || parts[0] != "portcon") return;
    const auto protocol = protocol_of(parts[1]);
    std::string range;
    for (std::size_t i = 2; i + 1 < parts.size(); ++i) range += parts[i];
    const auto dash = range.find('-');
    const auto low = port_of(std::string_view(range).substr(0, dash));
    const auto high = dash == std::string::npos ? low : port_of(std::string_view(range).substr(dash + 1));
    const auto type = type_of_context(parts.back());
    if (protocol && low && high && *low <= *high && !type.empty()) ports.push_back({*protocol, *low, *high, type});
  });
  return ports;
}

std::string label_by_contexts(std::string_view file_contexts, const std::string& path) {
  std::string found;
  for_each_line(file_contexts, [&](std::string_view line) {
    const auto parts = words(line);
    const bool typed = parts.size() == 3;
    if (parts.size() < 2 || parts.size() > 3 || is_ignored(parts[0])) return;
    if (typed && parts[1] != "--") return;
    if (matches(parts[0], path)) found = type_of_context(parts.back());  // the last line that matches
  });
  return found;
}

}  // namespace preflight
