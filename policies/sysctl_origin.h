// SPDX-License-Identifier: Apache-2.0
// Who set a kernel setting, and what the next boot makes of it, in sentences: for every finding that rests on one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/check.h"

namespace preflight {

/// "/etc/sysctl.d/99-haproxy.conf:3"
[[nodiscard]] std::string place_of(const SysctlLine& line);

/// The same as a place to open.
[[nodiscard]] Where where_of(const SysctlLine& line);

/// The line that decides a key at boot; nullptr where none does, or that is not known.
[[nodiscard]] const SysctlLine* deciding_line(const Facts& facts, std::string_view key);

/// What became of a line that does not decide: "overridden by /etc/sysctl.d/99-sysctl.conf:12".
[[nodiscard]] std::string fate_of(const SysctlLine& line, const LoaderAnswer& answer);

/// The line that set the key or that none does, what the next boot brings where that is another value, and owners that
/// write it later. `running` is the value now, if that is known. Empty where nobody looked at boot.
[[nodiscard]] std::vector<std::string> origin_of_sysctl(const Facts& facts, std::string_view key,
                                                        const Result<std::string>& running);

/// Adds that to the findings about kernel settings, once a key.
void add_origins(const Check& check, const Case& scene, Outcomes& outcomes);

}  // namespace preflight
