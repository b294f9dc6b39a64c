// SPDX-License-Identifier: Apache-2.0
// Whichever of "/" and "." comes first in a key is its separator; where that is the dot, a slash stands for a dot.
#include "probes/linux/sysctl_name.h"

#include "probes/base/text.h"

namespace preflight {

std::string swap_separators(std::string_view name) {
  std::string swapped(name);
  for (auto& c : swapped) c = c == '.' ? '/' : c == '/' ? '.' : c;
  return swapped;
}

std::string slashed(std::string_view key) {
  const auto first = key.find_first_of("/.");
  return first == std::string_view::npos || key[first] == '/' ? std::string(key) : swap_separators(key);
}

std::string simplified(std::string_view path) {
  std::string out;
  for (const auto name : split(path, '/')) {
    if (name.empty() || name == ".") continue;
    if (!out.empty()) out += '/';
    out += name;
  }
  return out;
}

std::string sysctl_path(std::string_view key) {
  constexpr std::string_view kRoot = "/proc/sys/";
  if (key.substr(0, kRoot.size()) == kRoot) return simplified(key.substr(kRoot.size()));
  return simplified(slashed(key));
}

std::string sysctl_key(std::string_view key) { return swap_separators(sysctl_path(key)); }

}  // namespace preflight
