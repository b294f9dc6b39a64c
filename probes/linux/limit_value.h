// SPDX-License-Identifier: Apache-2.0
// The value of LimitNOFILE= and DefaultLimitNOFILE=. What systemd cannot take it passes over with a line in the
// journal, and what was set before stays.
#pragma once

#include <string_view>

#include "probes/base/result.h"
#include "probes/linux/process.h"

namespace preflight {

/// "65536", "1024:524288", "infinity"; numbers also in hexadecimal (0x), octal (0, 0o) and binary (0b). The error says
/// why systemd 252 takes no such value: a suffix, a blank behind a number, an empty side, a soft limit above the hard
/// one.
[[nodiscard]] Result<Limits> parse_limit(std::string_view text);

}  // namespace preflight
