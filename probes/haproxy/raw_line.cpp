// SPDX-License-Identifier: Apache-2.0
// Quotes may open and close inside a word, a '#' outside quotes ends the line even when glued to a word, and a
// backslash protects some characters and stays before all others.
#include "probes/haproxy/raw_line.h"

#include <algorithm>

namespace preflight::haproxy {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.'; }
bool in_name(char c) { return begins_name(c) || (c >= '0' && c <= '9'); }
unsigned nibble(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

class Reader {
 public:
  explicit Reader(std::string_view line) : line_(line) { out_.syntax.resize(line.size()); }

  RawLine read() {
    while (at_ < line_.size()) {
      const char c = line_[at_];
      if (quote_ == 0 && c == '#') break;
      if (quote_ == 0 && is_blank(c)) {
        finish_word();
        ++at_;
      } else {
        take(c);
      }
    }
    finish_word();
    out_.end = at_;
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead) const { return at_ + ahead < line_.size() ? line_[at_ + ahead] : '\0'; }

  void take(char c) {
    if (c == quote_ || (quote_ == 0 && (c == '"' || c == '\''))) {
      open();
      quote_ = quote_ == 0 ? c : '\0';
      out_.syntax[at_++] = true;
    } else if (c == '\\' && quote_ != '\'') {
      escape();
    } else if (c == '$' && quote_ != '\'') {
      reference();
    } else {
      add(c, 1);
    }
  }

  void open() {
    if (!in_word_) out_.words.emplace_back();
    in_word_ = true;
  }

  void add(char c, std::size_t length) {
    open();
    out_.words.back().text.push_back(c);
    out_.words.back().at.push_back(at_);
    at_ += length;
  }

  void finish_word() {
    if (in_word_) out_.words.back().at.push_back(at_);
    in_word_ = false;
  }

  void escape() {
    const char next = peek(1);
    if (next == 't' || next == 'n' || next == 'r') return add(next == 't' ? '\t' : next == 'n' ? '\n' : '\r', 2);
    if (next == 'x' && is_hex(peek(2)) && is_hex(peek(3))) {
      return add(static_cast<char>(nibble(peek(2)) * 16 + nibble(peek(3))), 4);
    }
    constexpr std::string_view kProtected = " \\#'\"";
    const bool taken =
        next != '\0' && (kProtected.find(next) != std::string_view::npos || (next == '$' && quote_ == '"'));
    if (taken) return add(next, 2);
    add('\\', 1);
  }

  /// Notes the name. Only inside double quotes is a reference surely one: elsewhere "$6$salt" is a password's hash.
  void reference() {
    const std::size_t braces = peek(1) == '{' ? 1 : 0;
    const auto begin = at_ + 1 + braces;
    auto end = begin;
    if (begin < line_.size() && begins_name(line_[begin])) {
      while (end < line_.size() && in_name(line_[end])) ++end;
    }
    if (end == begin) return add('$', 1);
    const std::string name(line_.substr(begin, end - begin));
    // A password may contain '$' too; names of variables are hardly ever written in lower case without braces.
    const bool sure = quote_ == '"' && (braces != 0 || std::none_of(name.begin(), name.end(),
                                                                    [](char c) { return c >= 'a' && c <= 'z'; }));
    out_.references.push_back({at_, name});
    if (sure) {
      std::fill(out_.syntax.begin() + static_cast<std::ptrdiff_t>(at_),
                out_.syntax.begin() + static_cast<std::ptrdiff_t>(end), true);
      if (braces != 0) close_at(end);
      if (braces != 0 && end < line_.size() && line_[end] == '-') out_.syntax[end] = true;  // a default follows
    }
    while (at_ < end) add(line_[at_], 1);
  }

  /// The '}' of a reference; found once for all references before it, so that a hostile line costs no more than others.
  void close_at(std::size_t from) {
    if (close_ < from) close_ = line_.find('}', from);
    if (close_ != std::string_view::npos) out_.syntax[close_] = true;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::size_t close_ = 0;
  char quote_ = '\0';
  bool in_word_ = false;
  RawLine out_;
};

}  // namespace

RawLine read_raw_line(std::string_view line) { return Reader(line).read(); }

}  // namespace preflight::haproxy
