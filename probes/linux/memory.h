// SPDX-License-Identifier: Apache-2.0
// The memory of the host, from /proc/meminfo: MemAvailable is the kernel's own estimate of what new processes can have
// without swapping (proc(5)).
#pragma once

#include <cstdint>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

struct Memory {
  std::int64_t total = 0;      // bytes
  std::int64_t available = 0;  // bytes
  friend bool operator==(const Memory&, const Memory&) = default;
};

/// MemTotal and MemAvailable (since Linux 3.14).
[[nodiscard]] Result<Memory> read_memory(const HostView& host);

}  // namespace preflight
