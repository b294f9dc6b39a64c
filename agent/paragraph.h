// SPDX-License-Identifier: Apache-2.0
// Text wrapped at 80 columns, the width every terminal and every mail has.
#pragma once

#include <string>
#include <string_view>

namespace preflight {

/// Words of `text`, wrapped, each line indented by `indent`; a final line end. Our own ASCII words: bytes are columns.
[[nodiscard]] std::string paragraph(std::string_view text, std::size_t indent);

}  // namespace preflight
