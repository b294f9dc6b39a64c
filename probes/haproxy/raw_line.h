// SPDX-License-Identifier: Apache-2.0
// The words of a configuration line with the bytes they were written with, so that text can be replaced in place.
// Variables are not expanded: a bundle must not mix what the file says with what the environment said.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace preflight::haproxy {

/// A word after quotes and escapes were taken off; `$` references stay as written.
struct RawWord {
  std::string text;
  std::vector<std::size_t> at;  // where each byte of `text` begins in the line; one more entry for the end
};

/// `$NAME` or `${NAME...}`.
struct Reference {
  std::size_t begin = 0;  // in the line
  std::string name;
};

struct RawLine {
  std::vector<RawWord> words;
  std::vector<Reference> references;
  std::vector<bool> syntax;  // by byte of the line: quotes and references, which are not content
  std::size_t end = 0;       // of the part read: the '#' of a comment, or the line's end
};

/// Reads `line` up to a comment or its end, by the lexical rules of src/tools.c parse_line(). An open
/// quote ends with the line.
[[nodiscard]] RawLine read_raw_line(std::string_view line);

}  // namespace preflight::haproxy
