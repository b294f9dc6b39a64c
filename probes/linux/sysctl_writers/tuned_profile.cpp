// SPDX-License-Identifier: Apache-2.0
// tuned's Loader and Merger: a file is loaded once, so that a profile may include the one it hides in a lower
// directory; an included profile comes first and later options replace earlier ones key by key.
#include "probes/linux/sysctl_writers/tuned_profile.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "probes/base/text.h"
#include "probes/linux/sysctl_writers/ini.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

constexpr std::size_t kMostProfiles = 64;
constexpr std::array<std::string_view, 12> kReserved = {
    "priority",           "type",          "enabled",     "replace",    "prepend",    "drop", "devices",
    "devices_udev_regex", "cpuinfo_regex", "uname_regex", "script_pre", "script_post"};

bool is_true(const std::string& value) { return value == "True" || value == "true" || value == "1"; }

/// "a, b; c".
std::vector<std::string> list_of(std::string text) {
  std::replace(text.begin(), text.end(), ';', ',');
  std::vector<std::string> items;
  for (const auto item : split(text, ','))
    if (!trim(item).empty()) items.emplace_back(trim(item));
  return items;
}

/// The sections of one file.
TunedUnits units_of(const std::vector<IniOption>& options, const std::string& file) {
  TunedUnits units;
  for (const auto& option : options) {
    if (option.section == "main" || option.section == "variables") continue;
    auto& unit = units[option.section];
    if (unit.type.empty()) unit.type = option.section;
    const bool reserved = std::find(kReserved.begin(), kReserved.end(), option.key) != kReserved.end();
    if (option.key == "type") unit.type = option.value;
    if (option.key == "enabled") unit.enabled = is_true(option.value);
    if (option.key == "replace") unit.replace = is_true(option.value);
    if (option.key == "drop") unit.drop = list_of(option.value);
    unit.conditional = unit.conditional || option.key == "uname_regex" || option.key == "cpuinfo_regex";
    if (!reserved && !option.key.empty())
      unit.options.insert_or_assign(option.key, TunedOption{option.value, file, option.line});
  }
  return units;
}

void merge(TunedUnits& merged, const TunedUnits& newer) {
  for (const auto& [name, unit] : newer) {
    const auto known = merged.find(name);
    if (known == merged.end() || unit.replace) {
      merged.insert_or_assign(name, unit);
      continue;
    }
    known->second.type = unit.type;
    known->second.enabled = unit.enabled;
    known->second.conditional = known->second.conditional || unit.conditional;
    for (const auto& key : unit.drop) known->second.options.erase(key);
    for (const auto& [key, option] : unit.options) known->second.options.insert_or_assign(key, option);
  }
}

class Loader {
 public:
  Loader(const HostView& host, const std::vector<std::string>& directories) : host_(host), directories_(directories) {}

  /// False where tuned gives up.
  Result<bool> load(const std::vector<std::string>& names) {
    for (const auto& name : names) {
      auto loaded = load_one(name);
      if (!loaded || !*loaded) return loaded;
    }
    return true;
  }

  TunedUnits units;

 private:
  Result<bool> load_one(std::string_view name) {
    const bool optional = name.substr(0, 1) == "-";
    if (optional) name.remove_prefix(1);
    name = name.substr(name.rfind('/') + 1);
    bool done = false;  // hidden ones of this name count, as far as they are not loaded yet
    for (const auto& directory : directories_) {
      const auto path = directory + "/" + std::string(name) + "/tuned.conf";
      if (std::find(loaded_.begin(), loaded_.end(), path) != loaded_.end()) {
        done = true;
        continue;
      }
      const auto content = read_if_there(host_, path);
      if (!content) return tl::make_unexpected(content.error());
      if (*content) return load_file(path, **content);
    }
    return done || optional;
  }

  Result<bool> load_file(const std::string& path, const std::string& content) {
    if (loaded_.size() >= kMostProfiles) return fail(std::errc::argument_list_too_long, path, "too many profiles");
    loaded_.push_back(path);
    const auto options = parse_ini(content);
    if (!options) return false;
    if (const auto include = find_option(*options, "main", "include")) {
      if (include->find("${") != std::string::npos)
        return fail(std::errc::not_supported, path, "what this profile of tuned includes is computed: " + *include);
      auto included = load(list_of(*include));
      if (!included || !*included) return included;
    }
    merge(units, units_of(*options, path));
    return true;
  }

  const HostView& host_;
  const std::vector<std::string>& directories_;
  std::vector<std::string> loaded_;
};

}  // namespace

Result<TunedUnits> load_profiles(const HostView& host, const std::vector<std::string>& names,
                                 const std::vector<std::string>& directories) {
  Loader loader(host, directories);
  const auto loaded = loader.load(names);
  if (!loaded) return tl::make_unexpected(loaded.error());
  if (!*loaded) return TunedUnits{};
  return std::move(loader.units);
}

}  // namespace preflight::sysctl_writers
