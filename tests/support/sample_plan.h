// SPDX-License-Identifier: Apache-2.0
// A plan with one change of every kind that leaves a state, and one without.
#pragma once

#include "remediations/plan.h"

namespace preflight::test {

/// A file of ours with this content.
[[nodiscard]] FileImage file_of(const std::string& content);

/// Sets net.core.somaxconn from 4096 to 30000, writes /etc/sysctl.d/zz-lbpreflight.conf, makes a drop-in's directory
/// and the drop-in.
[[nodiscard]] Plan sample_plan();

}  // namespace preflight::test
