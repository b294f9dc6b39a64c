// SPDX-License-Identifier: Apache-2.0
// The difference of two versions of a file, on a page for people.
#pragma once

#include <optional>
#include <string>

#include "agent/report/text_page.h"
#include "remediations/change.h"

namespace preflight::text {

/// At most 200 lines; the number of the others is told.
void add_diff(Page& page, const std::string& path, const std::optional<FileImage>& before,
              const std::optional<FileImage>& after);

}  // namespace preflight::text
