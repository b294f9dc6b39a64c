// SPDX-License-Identifier: Apache-2.0
// sysctl.d(5): if the first separator of a key is a dot, dots and slashes change places on the way to /proc/sys; if it
// is a slash, the key is a path already.
#include "agent/cli/setting_name.h"

#include <algorithm>
#include <optional>
#include <set>

#include "policies/nearest.h"
#include "probes/base/text.h"
#include "probes/linux/sysctl_name.h"

namespace preflight::cli {
namespace {

constexpr std::size_t kLongest = 256;  // no key of the kernel and no unit name is longer
constexpr std::string_view kProc = "/proc/sys/";

bool names_open_files(std::string_view word) { return lowercase(word) == lowercase(kOpenFiles); }

std::string_view last_part(std::string_view key) { return key.substr(key.rfind('.') + 1); }

/// The key of a path below /proc/sys.
std::string key_of(std::string_view path) {
  std::string key;
  for (const auto name : split(path, '/')) {
    if (!name.empty()) key += (key.empty() ? "" : "/") + std::string(name);
  }
  return swap_separators(key);
}

bool is_path_of_names(std::string_view key) {
  const auto parts = split(key, '.');
  return parts.size() > 1 && std::none_of(parts.begin(), parts.end(),
                                          [](auto part) { return part.empty() || part == "/" || part == "//"; });
}

std::string refusal(std::string_view word, std::span<const Check* const> checks) {
  if (word.find_first_of("*?[") != std::string_view::npos) return "is a pattern; one key is asked for";
  if (word.find_first_of("= \t\n") != std::string_view::npos) return "is more than a name; the key alone is asked for";
  const auto meant = nearest_setting(word, known_settings(checks));
  return "is not the name of a sysctl" + (meant.empty() ? "" : "; did you mean '" + std::string(meant) + "'?");
}

std::optional<SettingName> open_files(std::string_view word) {
  const auto colon = word.rfind(':');
  const auto limit = colon == std::string_view::npos ? word : word.substr(colon + 1);
  if (!names_open_files(limit)) return std::nullopt;
  std::string unit(colon == std::string_view::npos ? "" : word.substr(0, colon));
  if (!unit.empty() && unit.find('.') == std::string::npos) unit += ".service";
  return SettingName{SettingName::Kind::open_files, {}, std::move(unit)};
}

}  // namespace

tl::expected<SettingName, std::string> parse_setting_name(std::string_view word, std::span<const Check* const> checks) {
  if (word.size() > kLongest) return tl::make_unexpected(std::string("is longer than any name"));
  if (auto limit = open_files(word)) return std::move(*limit);
  const bool below_proc = word.substr(0, kProc.size()) == kProc;
  const auto rest = below_proc ? word.substr(kProc.size()) : word;
  const auto first = rest.find_first_of("./");
  const bool path = below_proc || (first != std::string_view::npos && rest[first] == '/');
  std::string key = path ? key_of(rest) : std::string(rest);
  const bool strange = word.find_first_of("*?[= \t\n") != std::string_view::npos || printable(word) != word;
  if (strange || !is_path_of_names(key)) return tl::make_unexpected(refusal(word, checks));
  return SettingName{SettingName::Kind::sysctl, std::move(key), {}};
}

std::vector<std::string_view> known_settings(std::span<const Check* const> checks) {
  std::set<std::string_view> names{kOpenFiles};
  for (const auto* const check : checks) names.insert(check->needs.sysctls.begin(), check->needs.sysctls.end());
  return {names.begin(), names.end()};
}

std::string_view nearest_setting(std::string_view typed, const std::vector<std::string_view>& known) {
  if (typed.find_first_of("./") != std::string_view::npos) return nearest(typed, known);
  std::vector<std::string_view> parts;
  std::transform(known.begin(), known.end(), std::back_inserter(parts), last_part);
  const auto part = nearest(typed, parts);
  if (part.empty()) return {};
  return known[static_cast<std::size_t>(std::find(parts.begin(), parts.end(), part) - parts.begin())];
}

}  // namespace preflight::cli
