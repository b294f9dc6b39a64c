// SPDX-License-Identifier: Apache-2.0
// The parts of the page of one setting, from top to bottom.
#pragma once

#include <string>
#include <string_view>

#include "agent/report/text_page.h"
#include "agent/report/why.h"

namespace preflight::text {

/// A value on one line; the kernel writes tabs between the numbers of a range.
[[nodiscard]] std::string shown_value(std::string_view value);

/// Now, at the next boot, then, and otherwise: one row each.
void add_values(Page& page, const Why& why);
/// The line that decides in its file, and every line that does not.
void add_lines(Page& page, const Why& why);
/// What demands it, and what the checks say of it.
void add_demands(Page& page, const Why& why);

}  // namespace preflight::text
