// SPDX-License-Identifier: Apache-2.0
// Times as people and machines both read them: RFC 3339, always UTC, whole seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace preflight {

/// 1792492800 -> "2026-10-20T12:00:00Z". Seconds outside the years 1970 to 9999 become the nearest that is inside.
[[nodiscard]] std::string rfc3339(std::int64_t seconds);

/// Exactly what rfc3339() writes; nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace preflight
