// SPDX-License-Identifier: Apache-2.0
// Two versions of a file as `diff -u` shows them: what every person who reviews a change, and every tool, can read.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace preflight {

/// The lines of the difference, without line ends; none where they are equal. A file that is not there is /dev/null. A
/// last line without a line end is followed by "\ No newline at end of file".
[[nodiscard]] std::vector<std::string> unified_diff(const std::string& path, const std::optional<std::string>& before,
                                                    const std::optional<std::string>& after);

}  // namespace preflight
