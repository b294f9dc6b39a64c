// SPDX-License-Identifier: Apache-2.0
// The known name somebody probably meant: a mistyped check, key or option gets an answer instead of a shrug.
#pragma once

#include <span>
#include <string_view>

namespace preflight {

/// The name nearest to `typed` by edit distance (insert, delete, replace, swap of neighbours), if the distance is at
/// most a third of the typed length and at least one edit is allowed; else the first name that begins with `typed`;
/// else empty. Of equally near names the first. A text longer than any sensible name is near to nothing.
[[nodiscard]] std::string_view nearest(std::string_view typed, std::span<const std::string_view> names);

}  // namespace preflight
