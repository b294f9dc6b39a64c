// SPDX-License-Identifier: Apache-2.0
// haproxy has keywords by the hundred, and most do not bear on the host: knowing their names tells them from those that
// this reader does not understand.
#pragma once

#include <string_view>

#include "probes/haproxy/section_names.h"

namespace preflight::haproxy {

/// Whether a release from 2.4 to 3.4 has that keyword in such a section, whatever it means; true for sections of which
/// nothing is read.
[[nodiscard]] bool is_known_keyword(SectionKind kind, std::string_view keyword);

}  // namespace preflight::haproxy
