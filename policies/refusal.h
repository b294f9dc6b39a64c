// SPDX-License-Identifier: Apache-2.0
// How a refused policy is told: where it is wrong, and what was probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "policies/catalog.h"
#include "policies/policy.h"
#include "probes/base/result.h"

namespace preflight {

/// An error whose object is the place.
[[nodiscard]] tl::unexpected<Error> refuse(const PolicyPlace& place, std::string reason);

/// A name or value of the file as it may be shown: printable, and not longer than a line bears.
[[nodiscard]] std::string shown(std::string_view text);

/// "unknown key 'enabeld'; did you mean 'enabled'?", or all the names when none is near.
[[nodiscard]] std::string unknown_name(std::string_view kind, std::string_view name,
                                       std::span<const std::string_view> names);

/// The same for a check; `lbpreflight list` names them all.
[[nodiscard]] std::string unknown_check(std::string_view id, std::span<const Check* const> catalog);

/// Waivers add up over the files, so the same check and subject twice is a mistake: which of the two dates is meant?
[[nodiscard]] Result<void> no_waiver_twice(const std::vector<Waiver>& waivers);

}  // namespace preflight
