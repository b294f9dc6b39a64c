// SPDX-License-Identifier: Apache-2.0
// A unit's limit in words: which line sets it, and which ones did not, for the evidence of a finding.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policies/check.h"
#include "probes/linux/unit_limit.h"

namespace preflight {

/// A limit as a number to reckon with; an unlimited one is the largest there is.
[[nodiscard]] std::int64_t as_count(std::uint64_t limit);

/// The deciding line, else the unit's fragment.
[[nodiscard]] Where where_of(const GivenLimit& given, const UnitProperties& unit);

/// "set by FILE:2 (LimitNOFILE=65536)" first, then each line that a person may have taken for the one that decides. The
/// manager's own lines only where one of them decides.
[[nodiscard]] std::vector<std::string> told_lines(const GivenLimit& given);

/// Lines that count until the next boot and are gone then.
[[nodiscard]] std::vector<std::string> lost_lines(const UnitLimit& limit);

}  // namespace preflight
