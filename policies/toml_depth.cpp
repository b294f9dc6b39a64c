// SPDX-License-Identifier: Apache-2.0
// TOML has four kinds of strings and one of comments; outside them only brackets, braces and dots make depth.
#include "policies/toml_depth.h"

#include <algorithm>

namespace preflight {
namespace {

constexpr std::size_t kTriple = 3;

/// The offset after the string that ends with `quotes`; a basic string ('"') knows escapes, a literal one does not. A
/// string of one line that never ends does so at the line end, where a parser reports it.
std::size_t end_of_string(std::string_view text, std::size_t at, std::string_view quotes) {
  const bool escapes = quotes.front() == '"';
  const bool one_line = quotes.size() == 1;
  for (; at < text.size(); ++at) {
    if (escapes && text[at] == '\\') {
      ++at;
    } else if (text.substr(at).starts_with(quotes)) {
      return at + quotes.size();
    } else if (one_line && text[at] == '\n') {
      return at;
    }
  }
  return text.size();
}

/// The offset after the string that begins at `at`.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const auto rest = text.substr(at);
  const auto quotes = rest.substr(0, std::min(rest.find_first_not_of(quote), kTriple));
  if (quotes.size() == 2) return at + 2;
  at = end_of_string(text, at + quotes.size(), quotes);
  // A long string may have one or two quotes of its own right before its end.
  for (std::size_t own = 0; own < 2 && quotes.size() == kTriple && at < text.size() && text[at] == quote; ++own) ++at;
  return at;
}

TextPosition position_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<std::uint32_t>(1 + std::count(before.begin(), before.end(), '\n')),
          static_cast<std::uint32_t>(1 + offset - line_start)};
}

}  // namespace

std::optional<TextPosition> nests_deeper(std::string_view text, std::size_t limit) {
  std::size_t open = 0;
  std::size_t parts = 1;
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '"':
      case '\'':
        at = skip_string(text, at);
        continue;
      case '#':
        at = std::min(text.find('\n', at), text.size());
        continue;
      case '[':
      case '{':
        parts = 1;
        if (++open > limit) return position_of(text, at);
        break;
      case ']':
      case '}':
        if (open > 0) --open;
        break;
      case '.':
        if (++parts > limit) return position_of(text, at);
        break;
      case '\n':
      case ',':
      case '=':
        parts = 1;
        break;
      default:
        break;
    }
    ++at;
  }
  return std::nullopt;
}

}  // namespace preflight
