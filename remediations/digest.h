// SPDX-License-Identifier: Apache-2.0
// SHA-256, to notice what changed: a plan, a configuration, a record of the journal.
#pragma once

#include <string>
#include <string_view>

namespace preflight {

/// "sha256:" and 64 hexadecimal digits.
[[nodiscard]] std::string digest(std::string_view bytes);

}  // namespace preflight
