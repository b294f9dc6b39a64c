// SPDX-License-Identifier: Apache-2.0
// The part of the facts document that tells what the next boot sets.
#pragma once

#include "agent/report/json_parts.h"
#include "probes/facts.h"

namespace preflight::json {

/// By key what each loader leaves behind, by which line, and what became of the others.
[[nodiscard]] Json sysctl_boot(const Result<SysctlBoot>& boot);

}  // namespace preflight::json
