// SPDX-License-Identifier: Apache-2.0
// The lexical level of haproxy.cfg (parse_line in src/tools.c): one physical line is one statement, there is no
// continuation; a '#' outside of quotes starts a comment even inside a word; variables expand inside double quotes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probes/haproxy/binary.h"
#include "probes/haproxy/environment.h"

namespace preflight::haproxy {

/// A word after quotes, escapes and variables were resolved, and the column (from 1, in bytes) where it began.
struct Word {
  std::string_view text;
  std::uint32_t column = 0;
};

/// MAX_LINE_ARGS in include/haproxy/defaults.h.
inline constexpr std::size_t kWordLimit = 64;

enum class LexicalFault : std::uint8_t {
  none,
  unmatched_quote,
  unmatched_brace,
  bad_variable_name,
  bad_escape,
  bad_word_expansion,
  too_many_words,
  too_long,  // ours: variables add more than kExpansionLimit bytes
};

/// In haproxy's sense, for people.
[[nodiscard]] std::string_view describe(LexicalFault fault);

struct UnsetVariable {
  std::string name;
  std::uint32_t column = 0;
};

/// One line in words. The views reach into the text that was read or into `storage`, so they live until the lexer reads
/// the next line.
struct Line {
  std::array<Word, kWordLimit> words{};
  std::size_t count = 0;  // words before the first empty one, which ends the argument list
  std::size_t total = 0;  // with the empty one and what follows it
  LexicalFault fault = LexicalFault::none;
  std::uint32_t fault_column = 0;
  std::vector<UnsetVariable> unset;  // variables without a value, in the order used
  std::string storage;

  [[nodiscard]] bool has_empty_word() const { return count < total; }
  /// The words from `first` on, empty ones too, as one text: a condition.
  [[nodiscard]] std::string joined(std::size_t first) const;
};

/// What differs between versions. The default is 2.6's, as shipped with Debian 12.
struct Dialect {
  bool variable_defaults = true;    // ${NAME-default}: since 2.5
  bool unset_eats_quote = false;    // 2.9 to 3.2: an unset variable before a closing quote joins the next word
  bool blanks_only_split = false;   // since 3.2 a blank separates words; before, it began one, even at the line's end
  bool empty_list_is_none = false;  // since 3.3 "${NAME[*]}" without a value is no word at all

  [[nodiscard]] static Dialect of(const Version& version);
};

/// What the pseudo variables .LINE, .FILE and .SECTION stand for.
struct Place {
  std::uint32_t line = 0;
  std::string_view file;
  std::string_view section;  // empty before the first section
};

class Lexer {
 public:
  explicit Lexer(Dialect dialect) : dialect_(dialect) {}

  /// Splits one line, its line end removed. The result lives until the next call.
  const Line& read(std::string_view text, const Place& place, const Environment& environment);

 private:
  bool read_plain(std::string_view text);

  Dialect dialect_;
  Line line_;
};

}  // namespace preflight::haproxy
