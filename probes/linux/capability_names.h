// SPDX-License-Identifier: Apache-2.0
// The names that units and people use for the bits of capability.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace preflight {

/// "CAP_NET_ADMIN" (in any case) or "12" -> 12; nullopt for a name or number that no kernel has.
[[nodiscard]] std::optional<unsigned> capability_number(std::string_view name);

/// 12 -> "CAP_NET_ADMIN"; the number itself where it has no name here.
[[nodiscard]] std::string capability_name(unsigned number);

}  // namespace preflight
