// SPDX-License-Identifier: Apache-2.0
// The part of the facts document that tells of SELinux.
#pragma once

#include <optional>

#include "agent/report/json_parts.h"
#include "probes/facts.h"

namespace preflight::json {

/// Null where the host runs without it.
[[nodiscard]] Json selinux(const std::optional<SelinuxFacts>& facts);

}  // namespace preflight::json
