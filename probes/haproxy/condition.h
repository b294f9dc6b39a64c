// SPDX-License-Identifier: Apache-2.0
// The expressions of .if and .elif (src/cfgcond.c, configuration.txt section 2.4): what cannot be known from the
// binary's facts stays unknown instead of being guessed.
#pragma once

#include <optional>
#include <string_view>

#include "probes/base/result.h"
#include "probes/haproxy/binary.h"
#include "probes/haproxy/environment.h"

namespace preflight::haproxy {

enum class Truth : std::uint8_t { no, yes, unknown };

/// Evaluates a whole expression; an empty one is false. An error when haproxy could not parse it.
[[nodiscard]] Result<Truth> evaluate_condition(std::string_view expression, const Environment& environment,
                                               const BinaryFacts* binary);

/// How a version compares with another written as "2.6", "2.6.12" or "2.7-dev3" (compare_current_version in
/// src/tools.c): below zero when `left` is older. A development version comes before its release.
[[nodiscard]] int compare_versions(std::string_view left, std::string_view right);

}  // namespace preflight::haproxy
