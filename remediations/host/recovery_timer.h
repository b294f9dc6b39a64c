// SPDX-License-Identifier: Apache-2.0
// The way back that needs nobody: a transient timer of systemd, which outlives us and whoever is logged in.
#pragma once

#include <chrono>
#include <cstdint>

#include "probes/base/result.h"

namespace preflight::systemd {

/// After that time systemd runs this very program with `recover`, which waits for another lbpreflight to end.
/// no_such_device_or_address where systemd is not running.
Result<void> start_recovery_timer(std::uint32_t transaction, std::chrono::seconds after);

/// Nothing where there is none any more.
void stop_recovery_timer(std::uint32_t transaction);

}  // namespace preflight::systemd
