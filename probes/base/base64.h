// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648 section 4) for bytes that JSON cannot carry as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace preflight {

[[nodiscard]] std::string base64(std::string_view bytes);

/// Strict: padding required, no line ends, unused bits zero; nullopt otherwise.
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

}  // namespace preflight
