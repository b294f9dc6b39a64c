// SPDX-License-Identifier: Apache-2.0
// Work that a library does to the process it runs in - it forks, waits without end, writes to stderr, may crash - is
// done to a process of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "probes/base/result.h"

namespace preflight {

/// What `work` returns in a child with an empty environment and nothing on its standard streams; timed_out where it was
/// killed at the deadline, interrupted where a signal ended it. `object` is what these errors name. Where we are killed
/// the child goes on, and keeps every lock of ours until it is done.
[[nodiscard]] Result<void> in_child(const std::string& object, std::chrono::seconds deadline,
                                    const std::function<Result<void>()>& work);

}  // namespace preflight
