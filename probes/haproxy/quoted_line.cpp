// SPDX-License-Identifier: Apache-2.0
// Reads a line character by character as haproxy's parse_line() does, with the differences between versions.
#include "probes/haproxy/quoted_line.h"

#include "probes/haproxy/characters.h"
#include "probes/haproxy/word_builder.h"

namespace preflight::haproxy {
namespace {

class Scanner {
 public:
  Scanner(std::string_view text, const Place& place, const Environment& environment, const Dialect& dialect, Line& line)
      : text_(text), place_(place), environment_(environment), dialect_(dialect), line_(line), words_(line, dialect) {}

  void run() {
    skip_blanks();
    while (pos_ < text_.size() && line_.fault == LexicalFault::none && step()) continue;
    if (line_.fault == LexicalFault::none && quote_ != 0) fault(LexicalFault::unmatched_quote, quote_pos_);
    words_.finish();
  }

 private:
  [[nodiscard]] char at(std::size_t pos) const { return pos < text_.size() ? text_[pos] : '\0'; }
  [[nodiscard]] std::uint32_t column(std::size_t pos) const { return static_cast<std::uint32_t>(pos + 1); }
  void fault(LexicalFault fault, std::size_t pos) {
    line_.fault = fault;
    line_.fault_column = column(pos);
  }
  void skip_blanks() {
    while (pos_ < text_.size() && is_blank(text_[pos_])) ++pos_;
  }

  /// Handles one character or one sequence; false at the end of the line's content.
  bool step() {
    const char c = text_[pos_];
    if (c == '\r' || (c == '#' && quote_ == 0)) return false;
    if ((c == '"' && quote_ != '\'') || (c == '\'' && quote_ != '"')) {
      toggle_quote(c);
    } else if (c == '\\' && quote_ != '\'') {
      escape();
    } else if (is_blank(c) && quote_ == 0) {
      skip_blanks();
      words_.separate(column(pos_));
    } else if (c == '$' && quote_ == '"') {
      variable();
    } else {
      plain();
    }
    return true;
  }

  void plain() {
    const std::size_t begin = pos_++;
    while (pos_ < text_.size() && class_of(text_[pos_]) == CharacterClass::plain) ++pos_;
    words_.put(text_.substr(begin, pos_ - begin), column(begin));
  }

  void toggle_quote(char c) {
    if (quote_ == 0) {
      quote_ = c;
      quote_pos_ = pos_;
      quote_makes_word_ = true;
      if (!dialect_.empty_list_is_none) words_.touch(column(pos_));
    } else {
      quote_ = 0;
      if (quote_makes_word_) words_.touch(column(quote_pos_));
    }
    ++pos_;
  }

  void escape() {
    const std::size_t begin = pos_;
    const char next = at(pos_ + 1);
    char value = '\\';
    std::size_t length = 2;
    switch (next) {
      case ' ':
      case '\\':
      case '#':
      case '\'':
      case '"':
        value = next;
        break;
      case 't':
        value = '\t';
        break;
      case 'n':
        value = '\n';
        break;
      case 'r':
        value = '\r';
        break;
      case '$':
        if (quote_ == '"') {
          value = next;
        } else {
          length = 1;
        }
        break;
      case 'x':
        if (hex_digit(at(pos_ + 2)) < 0 || hex_digit(at(pos_ + 3)) < 0) return fault(LexicalFault::bad_escape, pos_);
        value = static_cast<char>(hex_digit(at(pos_ + 2)) * 16 + hex_digit(at(pos_ + 3)));
        length = 4;
        break;
      default:
        length = 1;
        break;  // the backslash stays, and what follows is read on its own
    }
    pos_ += length;
    words_.put({&value, 1}, column(begin));
  }

  struct Value {
    std::string text;
    bool set = false;
  };

  Value pseudo_variable(std::string_view name) const {
    if (name == ".LINE") return {std::to_string(place_.line), true};
    if (name == ".FILE") return {std::string(place_.file), true};
    return {std::string(place_.section), !place_.section.empty()};
  }

  [[nodiscard]] static bool is_pseudo_variable(std::string_view name) {
    return name == ".LINE" || name == ".FILE" || name == ".SECTION";
  }

  Value value_of(std::string_view name) const {
    if (name.front() == '.') return pseudo_variable(name);
    const auto found = environment_.find(name);
    return found == environment_.end() ? Value{} : Value{found->second, true};
  }

  /// `$NAME`, `${NAME}`, `${NAME-default}`, `${NAME[*]}`; the '$' is at pos_.
  void variable() {
    const std::size_t begin = pos_++;
    const bool braced = at(pos_) == '{';
    if (braced) ++pos_;
    if (!is_alpha(at(pos_)) && at(pos_) != '_' && at(pos_) != '.') return fault(LexicalFault::bad_variable_name, pos_);
    const std::size_t name_begin = pos_++;
    while (is_alnum(at(pos_)) || at(pos_) == '_') ++pos_;
    const std::string_view name = text_.substr(name_begin, pos_ - name_begin);
    if (name.front() == '.' && !is_pseudo_variable(name)) return fault(LexicalFault::bad_variable_name, name_begin);

    Value value = value_of(name);
    bool list = false;
    if (braced && !rest_of_braces(begin, list, value)) return;
    expanded_ += value.text.size();
    if (expanded_ > kExpansionLimit) return fault(LexicalFault::too_long, begin);
    if (value.set) return put_value(value.text, list, begin);
    if (line_.unset.size() < kWordLimit) line_.unset.push_back({std::string(name.substr(0, 64)), column(begin)});
    leave_out(name, list, begin);
  }

  /// What may follow the name inside braces; false after a fault.
  bool rest_of_braces(std::size_t begin, bool& list, Value& value) {
    if (at(pos_) == '[') {
      if (text_.substr(pos_, 3) != "[*]") {
        fault(LexicalFault::bad_word_expansion, pos_);
        return false;
      }
      list = true;
      pos_ += 3;
    }
    if (at(pos_) == '-' && dialect_.variable_defaults) {
      const std::size_t close = text_.find('}', pos_);
      if (close != std::string_view::npos) {
        if (!value.set) value = {std::string(text_.substr(pos_ + 1, close - pos_ - 1)), true};
        pos_ = close;
      }
    }
    if (at(pos_) != '}') {
      fault(LexicalFault::unmatched_brace, begin + 1);
      return false;
    }
    ++pos_;
    return true;
  }

  void put_value(std::string_view value, bool list, std::size_t begin) {
    if (!list) {
      if (!value.empty()) words_.put(value, column(begin));
      return;
    }
    if (dialect_.empty_list_is_none) quote_makes_word_ = false;
    while (!value.empty()) {
      std::size_t length = 0;
      const bool blank = is_blank(value.front());
      while (length < value.size() && is_blank(value[length]) == blank) ++length;
      if (blank) {
        words_.separate(column(begin));
      } else {
        words_.put(value.substr(0, length), column(begin));
      }
      value.remove_prefix(length);
    }
  }

  void leave_out(std::string_view name, bool list, std::size_t begin) {
    if (list && dialect_.empty_list_is_none) {
      quote_makes_word_ = false;
      return;
    }
    words_.touch(column(begin));
    if (!dialect_.unset_eats_quote || name.front() == '.' || at(pos_) != '"') return;
    ++pos_;
    skip_blanks();
    quote_ = 0;
  }

  std::string_view text_;
  const Place& place_;
  const Environment& environment_;
  const Dialect& dialect_;
  Line& line_;
  WordBuilder words_;
  std::size_t pos_ = 0;
  char quote_ = 0;
  std::size_t quote_pos_ = 0;
  bool quote_makes_word_ = false;
  std::size_t expanded_ = 0;
};

}  // namespace

void read_quoted(std::string_view text, const Place& place, const Environment& environment, const Dialect& dialect,
                 Line& line) {
  Scanner(text, place, environment, dialect, line).run();
}

}  // namespace preflight::haproxy
