// SPDX-License-Identifier: Apache-2.0
// The environment of the process that reads haproxy.cfg. Addresses are expanded a second time, outside of any quote
// (env_expand in src/tools.c), where an unset variable silently becomes nothing.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace preflight::haproxy {

/// NAME -> value.
using Environment = std::map<std::string, std::string, std::less<>>;

/// The variables of `environment` that a configuration names, as `$NAME`, `${NAME...}` or in a condition's
/// `defined(NAME)`: what `haproxy -c` must be told. Names that change how any program is loaded (LD_*) are left out.
[[nodiscard]] Environment named_variables(std::string_view configuration, const Environment& environment);

/// An address after its own expansion, with the variables that had no value.
struct ExpandedAddress {
  std::string text;
  std::vector<std::string> unset;
};

/// Longest text that expansion may add to one word or line; more is refused, so that a hostile file cannot multiply a
/// large variable.
inline constexpr std::size_t kExpansionLimit = std::size_t{1024} * 1024;

/// Expands `$NAME` and `${NAME}`; there is no `${NAME-default}` here. At most kExpansionLimit bytes are added, what
/// follows is left as written.
[[nodiscard]] ExpandedAddress expand_address(std::string_view text, const Environment& environment);

}  // namespace preflight::haproxy
