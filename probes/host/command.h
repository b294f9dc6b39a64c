// SPDX-License-Identifier: Apache-2.0
// Runs a program that only reads (haproxy -vv, haproxy -c), with nothing of ours passed on: three descriptors, two
// environment variables, its own process group.
#pragma once

#include <memory>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// Starts it and returns at once, so that other facts can be read meanwhile; the deadline runs from here. A path that
/// is not absolute is EINVAL, a missing program ENOENT, one that may not be executed - or a user and group that may
/// not be taken on - EACCES. `finish` gives ETIMEDOUT when the deadline passed: the whole process group was killed.
[[nodiscard]] Result<std::unique_ptr<PendingCommand>> start_command(const Command& command);

}  // namespace preflight
