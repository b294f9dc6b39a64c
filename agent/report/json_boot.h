// SPDX-License-Identifier: Apache-2.0
// The part of the facts document that tells what the next boot sets.
#pragma once

#include "agent/report/json_parts.h"
#include "probes/facts.h"

namespace preflight::json {

/// By key what each loader leaves behind, by which line, and what became of the others.
[[nodiscard]] Json sysctl_boot(const Result<SysctlBoot>& boot);

/// Who writes settings later, in the order they come at boot; a value is null where only the owner knows it.
[[nodiscard]] Json sysctl_writers(const Result<std::vector<SysctlWriter>>& writers);

}  // namespace preflight::json
