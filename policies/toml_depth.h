// SPDX-License-Identifier: Apache-2.0
// How deep a TOML text nests, found without parsing it: a parser that recurses must not be handed what ends its stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace preflight {

/// Line and column, both from 1; a column is a byte, as editors of plain text count.
struct TextPosition {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// Where `text` first nests deeper than `limit`: open brackets and braces, or the parts of one dotted key,
/// outside strings and comments. Exact for valid TOML; in what is not TOML it may count too much, never too little up
/// to the first error. Linear and without recursion.
[[nodiscard]] std::optional<TextPosition> nests_deeper(std::string_view text, std::size_t limit);

}  // namespace preflight
