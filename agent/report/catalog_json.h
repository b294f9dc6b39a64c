// SPDX-License-Identifier: Apache-2.0
// The catalog for machines ("lbpreflight.checks/1"): what `list` and `explain` print with --format json.
#pragma once

#include <span>
#include <string>

#include "policies/check.h"

namespace preflight {

/// One JSON document with every given check: ids, texts, severities, what is read, parameters with their bounds.
[[nodiscard]] std::string json_checks(std::span<const Check* const> checks);

/// The limits of the ladder and what --what-if takes ("lbpreflight.limits/1"): `explain ladder` with --format json.
[[nodiscard]] std::string json_limits();

}  // namespace preflight
