// SPDX-License-Identifier: Apache-2.0
// systemd's names: a prefix, perhaps '@' and an instance, and a type. Prefixes are cut at their dashes one by one.
#include "probes/linux/unit_name.h"

#include <algorithm>
#include <array>

namespace preflight {
namespace {

constexpr std::size_t kLongest = 255;
constexpr std::array<std::string_view, 11> kTypes = {"service", "socket", "target", "device", "mount", "automount",
                                                     "swap",    "timer",  "path",   "slice",  "scope"};

bool is_name_letter(char c) {
  constexpr std::string_view kOthers = ":-_.\\@";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

/// What stands before '@' or the type.
std::string_view prefix_of(std::string_view name) { return name.substr(0, std::min(name.find('@'), name.rfind('.'))); }

/// "a-b-" of "a-b-c", "a-" of "a-b-"; nothing left: empty.
std::string_view shorter(std::string_view prefix) {
  if (!prefix.empty() && prefix.back() == '-') prefix.remove_suffix(1);
  const auto dash = prefix.rfind('-');
  return dash == std::string_view::npos || dash == 0 ? std::string_view() : prefix.substr(0, dash + 1);
}

/// A name that was met before has brought its own shorter ones along.
void add_with_shorter(const std::string& name, std::vector<std::string>& found) {
  if (std::find(found.begin(), found.end(), name) != found.end()) return;
  found.push_back(name);
  if (const auto blank = template_of(name); !blank.empty()) add_with_shorter(blank, found);
  std::string next(shorter(prefix_of(name)));
  if (next.empty()) return;
  if (const auto instance = instance_of(name); !instance.empty()) next += "@" + instance;
  add_with_shorter(next + "." + unit_type(name), found);
}

}  // namespace

std::optional<UnitNameKind> unit_name_kind(std::string_view name) {
  const auto dot = name.rfind('.');
  if (name.size() > kLongest || dot == std::string_view::npos || dot == 0) return std::nullopt;
  if (std::find(kTypes.begin(), kTypes.end(), name.substr(dot + 1)) == kTypes.end()) return std::nullopt;
  const auto body = name.substr(0, dot);
  const auto at = body.find('@');
  if (at == 0 || !std::all_of(body.begin(), body.end(), is_name_letter)) return std::nullopt;
  if (at == std::string_view::npos) return UnitNameKind::plain;
  return at + 1 == dot ? UnitNameKind::blank : UnitNameKind::instance;
}

std::string unit_type(std::string_view name) { return std::string(name.substr(name.rfind('.') + 1)); }

std::string instance_of(std::string_view name) {
  if (unit_name_kind(name) != UnitNameKind::instance) return {};
  const auto at = name.find('@');
  return std::string(name.substr(at + 1, name.rfind('.') - at - 1));
}

std::string template_of(std::string_view name) {
  if (unit_name_kind(name) != UnitNameKind::instance) return {};
  return std::string(name.substr(0, name.find('@') + 1)) + std::string(name.substr(name.rfind('.')));
}

std::string with_instance(std::string_view blank, std::string_view instance) {
  const auto after = blank.find('@') + 1;
  return std::string(blank.substr(0, after)) + std::string(instance) + std::string(blank.substr(after));
}

std::vector<std::string> drop_in_names(const std::string& name) {
  std::vector<std::string> found;
  if (unit_name_kind(name)) add_with_shorter(name, found);
  return found;
}

}  // namespace preflight
