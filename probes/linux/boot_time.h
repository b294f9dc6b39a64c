// SPDX-License-Identifier: Apache-2.0
// Which boot this is and how long it has lasted: a clock that nobody sets.
#pragma once

#include <chrono>
#include <string>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

struct BootTime {
  std::string id;                 // /proc/sys/kernel/random/boot_id, random(4)
  std::chrono::seconds uptime{};  // whole ones, the time asleep included: /proc/uptime, proc(5)
};

[[nodiscard]] Result<BootTime> read_boot_time(const HostView& view);

}  // namespace preflight
