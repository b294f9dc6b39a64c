// SPDX-License-Identifier: Apache-2.0
// One key of a unit file at a time, as systemd's own parsers take it: what they ignore is ignored, and an empty
// assignment resets what can be reset.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "probes/linux/process.h"
#include "probes/linux/unit_properties.h"

namespace preflight {

/// Called with section, key and value, in the order written.
using TakeSetting = std::function<void(std::string_view, std::string_view, const std::string&)>;

/// Reads the syntax of systemd.syntax(7): sections, comments, and lines continued by a backslash.
void for_each_setting(std::string_view text, const TakeSetting& take);

/// "65536", "1024:524288", "infinity". nullopt for what systemd 252 ignores: suffixes, blanks, an empty side, and a
/// soft limit above the hard one.
[[nodiscard]] std::optional<Limits> parse_limit(std::string_view text);

/// Applies a key of [Service] to `unit`; specifiers (%i, %n, ...) are replaced by means of `unit.name`. Other keys are
/// none of ours.
void apply_service_setting(UnitProperties& unit, std::string_view key, const std::string& value);

}  // namespace preflight
