// SPDX-License-Identifier: Apache-2.0
// Splits lines into words. Most lines hold neither quote nor backslash: they are cut in place without a copy.
#include "probes/haproxy/lexer.h"

#include "probes/haproxy/characters.h"
#include "probes/haproxy/quoted_line.h"

namespace preflight::haproxy {
namespace {

/// Whether a word goes on here, outside of quotes.
bool continues_word(char c) { return class_of(c) == CharacterClass::plain || class_of(c) == CharacterClass::dollar; }

}  // namespace

std::string_view describe(LexicalFault fault) {
  switch (fault) {
    case LexicalFault::none:
      return "";
    case LexicalFault::unmatched_quote:
      return "a quote is not closed on this line";
    case LexicalFault::unmatched_brace:
      return "a brace of a variable is not closed";
    case LexicalFault::bad_variable_name:
      return "a variable's name begins with a letter or '_'";
    case LexicalFault::bad_escape:
      return "\\x needs two hexadecimal digits";
    case LexicalFault::bad_word_expansion:
      return "a variable's list is written [*]";
    case LexicalFault::too_many_words:
      return "more than 64 words";
    case LexicalFault::too_long:
      return "the variables of this line expand to more than 1 MiB";
  }
  return "";
}

std::string Line::joined(std::size_t first) const {
  std::string text;
  for (std::size_t i = first; i < total; ++i) {
    if (i > first) text += ' ';
    text += words[i].text;
  }
  return text;
}

Dialect Dialect::of(const Version& version) {
  const auto at_least = [&](int major, int minor) { return version >= Version{major, minor, 0}; };
  return {.variable_defaults = at_least(2, 5),
          .unset_eats_quote = at_least(2, 9) && !at_least(3, 3),
          .blanks_only_split = at_least(3, 2),
          .empty_list_is_none = at_least(3, 3)};
}

const Line& Lexer::read(std::string_view text, const Place& place, const Environment& environment) {
  line_.count = line_.total = 0;
  line_.fault = LexicalFault::none;
  line_.unset.clear();
  if (!read_plain(text)) read_quoted(text, place, environment, dialect_, line_);
  return line_;
}

/// False when the line quotes or escapes something, or has too many words, and must be read character by character.
bool Lexer::read_plain(std::string_view text) {
  std::size_t count = 0;
  std::size_t pos = 0;
  while (true) {
    while (pos < text.size() && is_blank(text[pos])) ++pos;
    if (pos == text.size()) break;
    const std::size_t begin = pos;
    while (pos < text.size() && continues_word(text[pos])) ++pos;
    const CharacterClass stop = pos < text.size() ? class_of(text[pos]) : CharacterClass::end;
    if (stop == CharacterClass::quoting) return false;
    if (pos > begin) {
      if (count == kWordLimit) return false;
      line_.words[count++] = {text.substr(begin, pos - begin), static_cast<std::uint32_t>(begin + 1)};
    }
    if (stop == CharacterClass::end) break;
    // a blank after the 64th word begins a 65th one before 3.2: leave the count to the exact reader
    if (count == kWordLimit) return false;
  }
  line_.count = line_.total = count;
  return true;
}

}  // namespace preflight::haproxy
