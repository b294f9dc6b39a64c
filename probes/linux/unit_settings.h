// SPDX-License-Identifier: Apache-2.0
// One key of a unit file at a time, as systemd's own parsers take it: what they ignore is ignored, and an empty
// assignment resets what can be reset.
#pragma once

#include <string>
#include <string_view>

#include "probes/linux/unit_properties.h"

namespace preflight {

/// Applies a key of [Service] to `unit`, but for its limits (unit_limit.h); specifiers (%i, %n, ...) are replaced by
/// means of `unit.name`. Other keys are none of ours.
void apply_service_setting(UnitProperties& unit, std::string_view key, const std::string& value);

}  // namespace preflight
