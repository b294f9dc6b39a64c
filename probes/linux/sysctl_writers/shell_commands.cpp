// SPDX-License-Identifier: Apache-2.0
// The shell's lexer as far as it tells which words belong to one command: quotes, comments, redirections and
// separators.
#include "probes/linux/sysctl_writers/shell_commands.h"

#include <algorithm>
#include <utility>

namespace preflight::sysctl_writers {
namespace {

constexpr std::size_t kLongest = 1024UL * 1024;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_operator(char c) { return std::string_view(";&|<>()").find(c) != std::string_view::npos; }

class Reader {
 public:
  Reader(std::string_view text, std::uint32_t line) : text_(text.substr(0, kLongest)), line_(line) {}

  std::vector<ShellCommand> read() {
    while (at_ < text_.size()) step();
    end_command(Joined::not_at_all);
    return std::move(commands_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void step() {
    const char c = peek();
    if (c == '\n') {
      end_command(Joined::not_at_all);
      skip(1);
      skip_documents();
    } else if (c == '#') {
      while (at_ < text_.size() && peek() != '\n') ++at_;
    } else if (is_blank(c)) {
      ++at_;
    } else if (c == '\\' && peek(1) == '\n') {
      skip(2);
    } else if (is_operator(c)) {
      take_operator(c);
    } else {
      take_word();
    }
  }

  void skip(std::size_t count) {
    for (; count > 0 && at_ < text_.size(); --count) line_ += text_[at_++] == '\n' ? 1U : 0U;
  }

  void take_operator(char c) {
    ++at_;
    const bool twice = peek() == c;
    if (c == '>') {
      if (twice || peek() == '|') ++at_;
      pending_ = peek() == '&' ? Pending::nothing : Pending::output;
      if (peek() == '&') skip_descriptor();
    } else if (c == '<') {
      take_input(twice);
    } else if (c == '&' && peek() == '>') {
      return;
    } else {
      if (twice) ++at_;
      end_command(joined_by(c, twice));
    }
  }

  static Joined joined_by(char c, bool twice) {
    if (c == '|') return twice ? Joined::if_it_fails : Joined::by_pipe;
    return c == '&' && twice ? Joined::if_it_succeeds : Joined::not_at_all;
  }

  /// `>&2`, `2>&-`.
  void skip_descriptor() {
    while (at_ < text_.size() && !is_blank(peek()) && peek() != '\n' && peek() != ';') ++at_;
  }

  void take_input(bool twice) {
    if (!twice) {
      pending_ = Pending::input;
      return;
    }
    ++at_;
    if (peek() == '<') {
      ++at_;
      pending_ = Pending::input;
      return;
    }
    if (peek() == '-') ++at_;
    pending_ = Pending::document;
  }

  void take_word() {
    ShellWord word;
    if (command_.words.empty() && pending_ == Pending::nothing) command_.line = line_;
    while (at_ < text_.size() && !is_blank(peek()) && peek() != '\n' && !is_operator(peek())) take_piece(word);
    // `2>` names a descriptor: only what standard output gets is of interest.
    const bool descriptor = word.text.size() == 1 && word.text[0] >= '0' && word.text[0] <= '9';
    if (descriptor && (peek() == '>' || peek() == '<')) {
      other_output_ = word.text != "1";
      return;
    }
    place(std::move(word));
  }

  void take_piece(ShellWord& word) {
    const char c = text_[at_++];
    if (c == '\'' || c == '"') {
      take_quoted(c, word);
    } else if (c == '\\') {
      if (peek() != '\n' && at_ < text_.size()) word.text += peek();
      skip(1);
    } else {
      word.computed = word.computed || c == '$' || c == '`';
      word.text += c;
      if (c == '$' && peek() == '(') skip_parentheses();
      if (c == '`') skip_to('`');
    }
  }

  /// `$(...)` and `$((...))`, whose blanks and operators belong to the word.
  void skip_parentheses() {
    int open = 0;
    do {
      if (peek() == '(') ++open;
      if (peek() == ')') --open;
      skip(1);
    } while (open > 0 && at_ < text_.size());
  }

  void skip_to(char end) {
    while (at_ < text_.size() && peek() != end) skip(1);
    skip(1);
  }

  void take_quoted(char quote, ShellWord& word) {
    for (; at_ < text_.size() && peek() != quote; skip(1)) {
      if (quote == '"' && peek() == '\\' && at_ + 1 < text_.size()) {
        skip(1);
        if (peek() == '\n') continue;
        if (std::string_view("\"\\$`").find(peek()) == std::string_view::npos) word.text += '\\';
      } else if (quote == '"' && (peek() == '$' || peek() == '`')) {
        word.computed = true;
      }
      word.text += peek();
    }
    if (at_ < text_.size()) ++at_;
  }

  void place(ShellWord word) {
    switch (std::exchange(pending_, Pending::nothing)) {
      case Pending::nothing:
        command_.words.push_back(std::move(word));
        break;
      case Pending::output:
        if (!std::exchange(other_output_, false)) command_.output = std::move(word);
        break;
      case Pending::document:
        documents_.push_back(std::move(word.text));
        break;
      case Pending::input:
        break;
    }
  }

  void end_command(Joined next) {
    pending_ = Pending::nothing;
    other_output_ = false;
    const auto joined = std::exchange(next_, next);
    auto command = std::exchange(command_, ShellCommand{});
    if (command.words.empty()) {
      // A line may end after an operator and go on in the next.
      if (next == Joined::not_at_all && at_ < text_.size() && peek() == '\n') next_ = joined;
      return;
    }
    command.joined = joined;
    commands_.push_back(std::move(command));
  }

  void skip_documents() {
    for (const auto& delimiter : std::exchange(documents_, {})) {
      while (at_ < text_.size()) {
        const auto end = std::min(text_.find('\n', at_), text_.size());
        auto line = text_.substr(at_, end - at_);
        skip(end - at_ + 1);
        line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        if (line == delimiter) break;
      }
    }
  }

  enum class Pending : std::uint8_t { nothing, output, input, document };

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_;
  std::vector<ShellCommand> commands_;
  ShellCommand command_;
  Joined next_ = Joined::not_at_all;
  Pending pending_ = Pending::nothing;
  bool other_output_ = false;
  std::vector<std::string> documents_;  // delimiters of those that begin after this line
};

}  // namespace

std::vector<ShellCommand> shell_commands(std::string_view script, std::uint32_t first_line) {
  return Reader(script, first_line).read();
}

}  // namespace preflight::sysctl_writers
