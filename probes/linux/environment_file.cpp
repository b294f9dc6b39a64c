// SPDX-License-Identifier: Apache-2.0
// The state machine of systemd's src/basic/env-file.c, and the quoting of src/basic/extract-word.c.
#include "probes/linux/environment_file.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::string_view kLineEnds = "\n\r";
constexpr std::string_view kBlanks = " \t\n\r";

bool in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

bool is_name(std::string_view name) {
  if (name.empty() || in("0123456789", name.front())) return false;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return name.find_first_not_of(kLetters) == std::string_view::npos;
}

/// Reads a whole file: quotes may span lines, so there is no reading line by line.
class EnvironmentReader {
 public:
  explicit EnvironmentReader(std::string_view text) : text_(text) {}

  Variables read() {
    Variables found;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (in(kBlanks, c)) {
        ++at_;
      } else if (c == '#' || c == ';') {
        skip_comment();
      } else {
        read_assignment(found);
      }
    }
    return found;
  }

 private:
  /// A backslash carries a comment on into the next line.
  void skip_comment() {
    for (; at_ < text_.size() && !in(kLineEnds, text_[at_]); ++at_)
      if (text_[at_] == '\\') ++at_;
  }

  void read_assignment(Variables& found) {
    const auto end = text_.find_first_of("=\n\r", at_);
    const auto name = trim(text_.substr(at_, end - at_));
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    if (end == std::string_view::npos || text_[end] != '=') return;
    auto value = read_value();
    if (is_name(name)) found.insert_or_assign(std::string(name), std::move(value));
  }

  /// Up to the end of the line; blanks around it are dropped unless quoted or escaped. A quote is one only where no
  /// plain text went before it: in `a"b"` it is a letter.
  std::string read_value() {
    std::string value;
    std::size_t keep = 0;  // as far as blanks at the end are not ours to drop
    bool plain = false;
    while (at_ < text_.size() && !in(kLineEnds, text_[at_])) {
      const char c = text_[at_++];
      const bool blank = in(kBlanks, c);
      if (!plain && (c == '\'' || c == '"')) {
        read_quoted(c, value);
      } else if (c == '\\') {
        read_escaped(value);
        plain = true;
      } else if (!blank || plain) {
        value += c;
        plain = true;
      }
      if (!blank) keep = value.size();
    }
    value.resize(keep);
    return value;
  }

  /// A backslash at the end of a line joins it with the next.
  void read_escaped(std::string& value) {
    if (at_ >= text_.size()) return;
    const char c = text_[at_++];
    if (!in(kLineEnds, c)) value += c;
  }

  void read_quoted(char quote, std::string& value) {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote) return;
      if (c != '\\' || quote == '\'' || at_ >= text_.size()) {
        value += c;
        continue;
      }
      const char next = text_[at_++];
      // As a shell does: only these can be escaped between double quotes.
      if (in("\"\\`$", next)) {
        value += next;
      } else if (next != '\n') {
        value += '\\';
        value += next;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The single letters of C, of which \s (a blank) is systemd's own.
std::optional<char> simple_escape(char c) {
  constexpr std::string_view kFrom = "abfnrtvs\\\"'";
  constexpr std::string_view kTo = "\a\b\f\n\r\t\v \\\"'";
  const auto at = kFrom.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return kTo[at];
}

/// \xHH and \OOO; anything else keeps its backslash (EXTRACT_CUNESCAPE_RELAX).
std::size_t append_escape(std::string_view rest, std::string& word) {
  if (const auto c = simple_escape(rest.front())) {
    word += *c;
    return 1;
  }
  const bool hexadecimal = rest.front() == 'x';
  const auto digits = hexadecimal ? rest.substr(1, 2) : rest.substr(0, 3);
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 8);
  const bool whole = digits.size() == (hexadecimal ? 2U : 3U) && stopped == end && error == std::errc{};
  if (whole && value > 0 && value < 256) {
    word += static_cast<char>(value);
    return digits.size() + (hexadecimal ? 1 : 0);
  }
  word += '\\';
  word += rest.front();
  return 1;
}

struct Word {
  std::string text;
  std::string_view rest;
};

/// nullopt when nothing is left or a quote is not closed.
std::optional<Word> first_word(std::string_view text) {
  const auto start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return std::nullopt;
  std::string word;
  char quote = '\0';
  for (std::size_t at = start; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && at + 1 < text.size()) {
      at += append_escape(text.substr(at + 1), word);
    } else if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (in(kBlanks, c)) {
      return Word{std::move(word), text.substr(at)};
    } else {
      word += c;
    }
  }
  if (quote != '\0') return std::nullopt;
  return Word{std::move(word), {}};
}

std::string value_of(const Variables& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// Replaces "${NAME}" and "$$" inside a word.
std::string expand_word(std::string_view word, const Variables& environment) {
  std::string out;
  while (!word.empty()) {
    const auto dollar = word.find('$');
    out += word.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    word.remove_prefix(dollar + 1);
    const auto brace = word.substr(0, 1) == "{" ? word.find('}') : std::string_view::npos;
    if (brace != std::string_view::npos && is_name(word.substr(1, brace - 1))) {
      out += value_of(environment, word.substr(1, brace - 1));
      word.remove_prefix(brace + 1);
    } else {
      out += '$';
      if (word.substr(0, 1) == "$") word.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

Variables parse_environment_file(std::string_view text) { return EnvironmentReader(text).read(); }

std::vector<std::string> split_quoted(std::string_view line) {
  std::vector<std::string> found;
  while (auto word = first_word(line)) {
    found.push_back(std::move(word->text));
    line = word->rest;
  }
  return found;
}

std::vector<std::string> expand_exec(const std::vector<std::string>& arguments, const Variables& environment) {
  std::vector<std::string> expanded;
  for (const auto& argument : arguments) {
    const std::string_view word = argument;
    if (expanded.empty()) {
      expanded.push_back(argument);
    } else if (word.size() > 1 && word.front() == '$' && is_name(word.substr(1))) {
      for (auto& piece : split_quoted(value_of(environment, word.substr(1)))) expanded.push_back(std::move(piece));
    } else {
      expanded.push_back(expand_word(word, environment));
    }
  }
  return expanded;
}

}  // namespace preflight
