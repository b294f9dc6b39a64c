// SPDX-License-Identifier: Apache-2.0
// The few lines of a log that matter: a log of gigabytes is read from its end, and no further than asked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"

namespace preflight {

/// The kernel's own log; what it still holds of this boot.
inline constexpr std::string_view kKernelLog = "/dev/kmsg";

/// Where the journal's daemon is at work; as a log, what the journal has of the kernel's messages since this boot.
inline constexpr std::string_view kJournal = "/run/systemd/journal";

/// HostView::lines_with() of the running system's file.
[[nodiscard]] Result<std::string> log_lines(const std::string& path, const std::vector<std::string>& words,
                                            std::size_t limit);

/// Those of `text`'s lines that hold one of `words`.
[[nodiscard]] std::string lines_with_any(std::string_view text, const std::vector<std::string>& words);

}  // namespace preflight
