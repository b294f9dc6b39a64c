// SPDX-License-Identifier: Apache-2.0
// Every check there is, in the order of their ids.
#pragma once

#include <span>
#include <string_view>

#include "policies/check.h"

namespace preflight {

/// All checks; the table is generated from the folder policies/checks.
[[nodiscard]] std::span<const Check* const> all_checks();

/// The check of that id, or nullptr.
[[nodiscard]] const Check* find_check(std::string_view id, std::span<const Check* const> catalog = all_checks());

/// The known check id nearest to a mistyped one, as nearest() of policies/nearest.h measures it, or empty.
[[nodiscard]] std::string_view nearest_check(std::string_view id, std::span<const Check* const> catalog = all_checks());

}  // namespace preflight
