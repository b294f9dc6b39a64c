// SPDX-License-Identifier: Apache-2.0
// The same plan for people who may only run their own tools: a shell script to read, and then to run.
#pragma once

#include <string>

#include "probes/base/result.h"
#include "remediations/plan.h"

namespace preflight {

/// For sh(1) with coreutils, sysctl and systemctl. It stops where a setting is not as planned, and undoes nothing.
/// invalid_argument for a file that no text can stand for.
[[nodiscard]] Result<std::string> script_plan(const Plan& plan);

}  // namespace preflight
