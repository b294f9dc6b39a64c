// SPDX-License-Identifier: Apache-2.0
// Parses and evaluates conditions in one pass, in three-valued logic: "unknown && false" is false.
#include "probes/haproxy/condition.h"

#include <algorithm>
#include <array>
#include <vector>

#include "probes/haproxy/characters.h"
#include "probes/haproxy/predicate.h"

namespace preflight::haproxy {
namespace {

/// MAX_CFG_RECURSION in include/haproxy/defaults.h: operators and parentheses each take a level.
constexpr int kDepthLimit = 1024;

Truth operator!(Truth value) {
  if (value == Truth::unknown) return value;
  return value == Truth::yes ? Truth::no : Truth::yes;
}

Truth both(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) return Truth::no;
  return a == Truth::unknown || b == Truth::unknown ? Truth::unknown : Truth::yes;
}

Truth either(Truth a, Truth b) { return !both(!a, !b); }

class Parser {
 public:
  Parser(std::string_view text, const Environment& environment, const BinaryFacts* binary)
      : text_(text), environment_(environment), binary_(binary) {}

  Result<Truth> whole() {
    skip_blanks();
    if (done()) return Truth::no;
    auto value = any_of(kDepthLimit);
    if (!value) return value;
    skip_blanks();
    if (!done()) return refuse("unexpected text after the condition");
    return value;
  }

 private:
  [[nodiscard]] bool done() const { return pos_ == text_.size(); }
  [[nodiscard]] char here() const { return done() ? '\0' : text_[pos_]; }
  void skip_blanks() {
    while (here() == ' ' || here() == '\t') ++pos_;
  }
  bool take(std::string_view token) {
    skip_blanks();
    if (text_.substr(pos_, token.size()) != token) return false;
    pos_ += token.size();
    return true;
  }
  [[nodiscard]] tl::unexpected<Error> refuse(std::string reason) const {
    return fail(std::errc::invalid_argument, std::string(text_.substr(0, 80)), std::move(reason));
  }

  Result<Truth> any_of(int depth) {
    Truth value = Truth::no;
    for (;; --depth) {
      if (depth <= 0) return refuse("the condition is nested too deeply");
      auto operand = all_of(depth - 1);
      if (!operand) return operand;
      value = either(value, *operand);
      if (!take("||")) return value;
    }
  }

  Result<Truth> all_of(int depth) {
    Truth value = Truth::yes;
    for (;; --depth) {
      if (depth <= 0) return refuse("the condition is nested too deeply");
      auto operand = term(depth - 1);
      if (!operand) return operand;
      value = both(value, *operand);
      if (!take("&&")) return value;
    }
  }

  Result<Truth> term(int depth) {
    if (depth <= 0) return refuse("the condition is nested too deeply");
    bool negated = false;
    while (take("!")) negated = !negated;
    skip_blanks();
    auto value = bare_term(depth);
    if (!value) return value;
    return negated ? !*value : *value;
  }

  Result<Truth> bare_term(int depth) {
    if (const auto number = integer()) return *number ? Truth::yes : Truth::no;
    if (here() != '(') return predicate();
    ++pos_;
    auto value = any_of(depth - 1);
    if (!value) return value;
    if (!take(")")) return refuse("a parenthesis is not closed");
    skip_blanks();
    return value;
  }

  /// Whether an integer as strtol(3) takes it, base 0, is not zero; nullopt when none begins here.
  std::optional<bool> integer() {
    std::size_t i = pos_;
    if (i < text_.size() && (text_[i] == '-' || text_[i] == '+')) ++i;
    if (i == text_.size() || !is_digit(text_[i])) return std::nullopt;
    bool nonzero = false;
    const auto digits = [&](int base) {
      for (; i < text_.size() && hex_digit(text_[i]) >= 0 && hex_digit(text_[i]) < base; ++i) {
        nonzero = nonzero || text_[i] != '0';
      }
    };
    const bool hex = text_[i] == '0' && i + 2 < text_.size() && (text_[i + 1] == 'x' || text_[i + 1] == 'X') &&
                     hex_digit(text_[i + 2]) >= 0;
    if (hex) i += 2;
    digits(hex ? 16 : text_[i] == '0' ? 8 : 10);
    pos_ = i;
    return nonzero;
  }

  Result<Truth> predicate() {
    const std::size_t begin = pos_;
    while (!done() && here() != '(' && here() != ' ') ++pos_;
    const std::string_view name = text_.substr(begin, pos_ - begin);
    const Predicate* const known = find_predicate(name, binary_);
    if (known == nullptr) return refuse("not a condition haproxy knows: '" + std::string(name.substr(0, 40)) + "'");
    auto arguments = argument_list();
    if (!arguments) return tl::make_unexpected(arguments.error());
    if (arguments->size() != known->arguments) return refuse("wrong number of arguments");
    return known->evaluate(*arguments, environment_, binary_);
  }

  Result<std::vector<std::string>> argument_list() {
    std::vector<std::string> arguments;
    if (here() != '(') return refuse("arguments in parentheses are expected");
    do {
      ++pos_;
      if (arguments.size() == 2) return refuse("too many arguments");
      arguments.push_back(argument());
    } while (here() == ',');
    if (here() != ')') return refuse("the arguments are not closed");
    ++pos_;
    return arguments;
  }

  /// One argument up to ',' or ')', with the quotes and escapes that arguments have on top of those of words.
  std::string argument() {
    std::string value;
    char quote = 0;
    for (; !done(); ++pos_) {
      const char c = here();
      if ((c == '"' || c == '\'') && (quote == 0 || quote == c)) {
        quote = quote == 0 ? c : '\0';
      } else if (c == '\\' && quote != '\'' && pos_ + 1 < text_.size()) {
        append_escaped(value);
      } else if (quote == 0 && (c == ',' || c == ')')) {
        break;
      } else {
        value += c;
      }
    }
    return value;
  }

  void append_escaped(std::string& value) {
    static constexpr std::string_view kEscapes = "\\ \"'rnt";
    static constexpr std::string_view kValues = "\\ \"'\r\n\t";
    const auto which = kEscapes.find(text_[pos_ + 1]);
    value += which == std::string_view::npos ? '\\' : kValues[which];
    if (which != std::string_view::npos) ++pos_;
  }

  std::string_view text_;
  const Environment& environment_;
  const BinaryFacts* binary_;
  std::size_t pos_ = 0;
};

}  // namespace

Result<Truth> evaluate_condition(std::string_view expression, const Environment& environment,
                                 const BinaryFacts* binary) {
  return Parser(expression, environment, binary).whole();
}

}  // namespace preflight::haproxy
