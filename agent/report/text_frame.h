// SPDX-License-Identifier: Apache-2.0
// A line of a file with its number, as compilers show one: people find a line by what stands around it.
#pragma once

#include <string_view>

#include "agent/report/text_page.h"
#include "agent/report/why.h"

namespace preflight::text {

/// The place, the lines with their numbers, the neighbours faint, and `word` under the one that is meant.
void add_frame(Page& page, const CodeFrame& frame, std::string_view word);

}  // namespace preflight::text
