// SPDX-License-Identifier: Apache-2.0
// What the kernel said since this boot, from systemd's journal: it keeps what the kernel's own ring has long
// overwritten.
#pragma once

#include <cstddef>
#include <string>

#include "probes/base/result.h"

namespace preflight {

/// The messages as lines, oldest first, the last `limit` bytes of them (sd-journal(3)). ENOENT where no journal has
/// any: there is none, or it does not take up what the kernel says.
[[nodiscard]] Result<std::string> kernel_lines_of_journal(std::size_t limit);

}  // namespace preflight
