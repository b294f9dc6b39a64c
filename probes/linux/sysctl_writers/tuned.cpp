// SPDX-License-Identifier: Apache-2.0
// tuned applies its active profile after systemd-sysctl, and then, unless reapply_sysctl is off, once more what /run,
// /etc/sysctl.d and at last /etc/sysctl.conf say - by rules of its own, without /usr/lib/sysctl.d (plugin_sysctl.py).
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <map>

#include "probes/base/text.h"
#include "probes/linux/sysctl_writers/ini.h"
#include "probes/linux/sysctl_writers/parts.h"
#include "probes/linux/sysctl_writers/tuned_profile.h"

namespace preflight::sysctl_writers {
namespace {

constexpr std::string_view kMain = "main";
constexpr std::string_view kSysctlConf = "/etc/sysctl.conf";
/// Of one name the first counts, other than for systemd-sysctl.
constexpr std::array<std::string_view, 2> kReapplied = {"/run/sysctl.d", "/etc/sysctl.d"};

using Options = std::vector<IniOption>;

/// /etc/tuned/tuned-main.conf.
Result<Options> main_options(const HostView& host) {
  const auto content = read_if_there(host, "/etc/tuned/tuned-main.conf");
  if (!content) return tl::make_unexpected(content.error());
  return parse_ini(content->value_or(""), kMain).value_or(Options{});
}

std::vector<std::string> listed(const Options& options, std::string_view key) {
  auto text = find_option(options, kMain, key).value_or("");
  std::replace(text.begin(), text.end(), ';', ',');
  std::vector<std::string> items;
  for (const auto item : split(text, ','))
    if (!trim(item).empty()) items.emplace_back(trim(item));
  return items;
}

/// From the most to the least important. Until 2.23 profiles lay beside the configuration, and EL 9 keeps them there.
Result<std::vector<std::string>> profile_directories(const HostView& host, const Options& options) {
  auto named = listed(options, "profile_dirs");
  std::reverse(named.begin(), named.end());
  if (!named.empty()) return named;
  const auto apart = is_there(host, "/usr/lib/tuned/profiles");
  if (!apart) return tl::make_unexpected(apart.error());
  if (*apart) return std::vector<std::string>{"/etc/tuned/profiles", "/usr/lib/tuned/profiles"};
  return std::vector<std::string>{"/etc/tuned", "/usr/lib/tuned"};
}

Result<std::vector<std::string>> active_profiles(const HostView& host) {
  std::vector<std::string> names;
  for (const std::string path : {"/etc/tuned/active_profile", "/etc/tuned/post_loaded_profile"}) {
    const auto content = read_if_there(host, path);
    if (!content) return tl::make_unexpected(content.error());
    if (!*content) {
      if (names.empty()) break;
      continue;
    }
    for (const auto name : words(**content)) names.emplace_back(name);
  }
  return names;
}

bool reapplies(const Options& options) {
  const auto value = lowercase(find_option(options, kMain, "reapply_sysctl").value_or("1"));
  return value == "1" || value == "yes" || value == "true" || value == "on";
}

/// Where each setting that tuned applies once more comes from.
using Reapplied = std::map<std::string, SysctlWriter, std::less<>>;

void take_settings(const Question& question, std::string_view content, const std::string& path,
                   const std::vector<std::string>& excluded, Reapplied& reapplied) {
  std::uint32_t number = 0;
  for_each_line(content, [&](std::string_view line) {
    ++number;
    line = trim(line);
    const auto equals = line.find('=');
    if (line.empty() || line.front() == '#' || line.front() == ';' || equals == std::string_view::npos) return;
    // Only keys with dots: tuned looks for another spelling in the wrong place, and sets nothing.
    const std::string key(trim(line.substr(0, equals)));
    if (question.keys.count(key) == 0) return;
    const bool spared = std::any_of(excluded.begin(), excluded.end(), [&](const std::string& pattern) {
      return ::fnmatch(pattern.c_str(), key.c_str(), 0) == 0;
    });
    if (spared) return;
    reapplied.insert_or_assign(key,
                               SysctlWriter{"tuned", path, number, key, std::string(trim(line.substr(equals + 1)))});
  });
}

Result<Reapplied> read_reapplied(const Question& question, const std::vector<std::string>& excluded) {
  std::map<std::string, std::string> paths;  // by name
  for (const auto directory : kReapplied) {
    const auto names = list_if_there(question.host, std::string(directory));
    if (!names) return tl::make_unexpected(names.error());
    for (const auto& name : *names) {
      if (name.size() >= 5 && name.substr(name.size() - 5) == ".conf") paths.emplace(name, below(directory, name));
    }
  }
  std::vector<std::string> ordered;
  ordered.reserve(paths.size() + 1);
  for (const auto& [name, path] : paths) ordered.push_back(path);
  ordered.emplace_back(kSysctlConf);
  Reapplied reapplied;
  for (const auto& path : ordered) {
    const auto content = read_if_there(question.host, path);
    if (content) {
      take_settings(question, content->value_or(""), path, excluded, reapplied);
    } else if (const auto status = question.host.status(path); !status || status->kind == FileKind::regular) {
      return tl::make_unexpected(content.error());
    }
  }
  return reapplied;
}

bool same_value(std::string_view one, std::string_view other) { return words(one) == words(other); }

/// What the boot loader has left there already is nobody else's, unless /etc/sysctl.conf says it: to tuned that is the
/// last word.
bool is_news(const Question& question, const SysctlWriter& writer) {
  if (writer.file == kSysctlConf || !question.boot) return true;
  const auto* at_boot = question.boot->find(writer.key);
  if (at_boot == nullptr) return true;
  const auto& loaded = at_boot->by(question.boot->loader);
  return !loaded || !loaded->value || !same_value(*loaded->value, writer.value);
}

/// ">2048" writes only where less is there, "<2048" only where more is.
SysctlWriter writer_of(const std::string& key, const TunedOption& option, bool conditional) {
  SysctlWriter writer{"tuned", option.file, option.line, key, {}, WriteRule::sets};
  std::string_view value = option.value;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  if (conditional || value.find('$') != std::string_view::npos || value.find('\n') != std::string_view::npos)
    return writer;
  if (value.size() > 1 && (value.front() == '>' || value.front() == '<')) {
    writer.rule = value.front() == '>' ? WriteRule::raises : WriteRule::lowers;
    value.remove_prefix(1);
  }
  writer.value = std::string(trim(value));
  return writer;
}

/// What the profile sets and nobody sets again, and what is set again.
Writers writers_of(const Question& question, const TunedUnits& units, const Reapplied& reapplied) {
  Writers writers;
  for (const auto& [name, unit] : units) {
    if (unit.type != "sysctl" || !unit.enabled) continue;
    for (const auto& [key, option] : unit.options) {
      if (question.keys.count(key) == 0 || reapplied.count(key) != 0) continue;
      writers.push_back(writer_of(key, option, unit.conditional));
    }
  }
  for (const auto& [key, writer] : reapplied) {
    if (is_news(question, writer)) writers.push_back(writer);
  }
  return writers;
}

}  // namespace

Result<Writers> tuned(const Question& question) {
  const auto names = active_profiles(question.host);
  if (!names) return tl::make_unexpected(names.error());
  if (names->empty()) return Writers{};
  const auto starts = starts_at_boot(question.host, "tuned.service");
  if (!starts) return tl::make_unexpected(starts.error());
  if (!*starts) return Writers{};
  const auto options = main_options(question.host);
  if (!options) return tl::make_unexpected(options.error());
  const auto directories = profile_directories(question.host, *options);
  if (!directories) return tl::make_unexpected(directories.error());
  const auto units = load_profiles(question.host, *names, *directories);
  if (!units) return tl::make_unexpected(units.error());
  const bool applies = std::any_of(units->begin(), units->end(),
                                   [](const auto& one) { return one.second.type == "sysctl" && one.second.enabled; });
  Reapplied reapplied;
  if (applies && reapplies(*options)) {
    auto read = read_reapplied(question, listed(*options, "reapply_sysctl_exclude"));
    if (!read) return tl::make_unexpected(read.error());
    reapplied = std::move(*read);
  }
  return writers_of(question, *units, reapplied);
}

}  // namespace preflight::sysctl_writers
