// SPDX-License-Identifier: Apache-2.0
// Makes bytes printable, then breaks lines, then colours: in this order no colour code of ours can be mistaken for one
// that came from outside.
#include "agent/report/text_page.h"

#include <algorithm>

#include "probes/base/text.h"

namespace preflight::text {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::string_view code(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "\x1b[0m";
    case Ink::error:
      return "\x1b[1;31m";
    case Ink::warning:
      return "\x1b[33m";
    case Ink::good:
      return "\x1b[32m";
    case Ink::strong:
      return "\x1b[1m";
    case Ink::faint:
      return "\x1b[2m";
    case Ink::struck:
      return "\x1b[9m";
  }
  return {};
}

// Escaping lengthens only, so bytes beyond this can never be shown; a name of megabytes is not walked through.
constexpr std::size_t kMostBytes = 4 * kLongestSpan + 4;

/// The first `most` characters, and what follows them in place of the rest.
std::string cut(std::string shown, std::size_t most, std::string_view then) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < shown.size(); ++at) {
    if (continues(shown[at])) continue;
    if (characters++ < most) continue;
    shown.resize(at);
    return shown.append(then);
  }
  return shown;
}

/// Printable, and no longer than a person would read.
std::string presentable(std::string_view text) {
  return cut(printable(text.substr(0, kMostBytes)), kLongestSpan, "...");
}

}  // namespace

std::string source_text(std::string_view line) {
  std::string text;
  for (const char c : line.substr(0, kMostBytes)) text += c == '\t' ? "    " : std::string(1, c);
  text = printable(text);
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

void Page::add(const std::vector<Span>& spans, std::size_t hang) {
  for (const auto& span : spans) add_span(span, hang);
  end_line();
}

void Page::add_row(const std::vector<std::string>& pieces, std::size_t column) {
  constexpr std::string_view kBar = " | ";
  std::size_t indent = column;
  std::string line;
  for (const auto& piece : pieces) {
    const std::string shown = presentable(piece);
    if (!line.empty() && indent + columns(line) + kBar.size() + columns(shown) > kWidth) {
      add({{.text = line, .column = indent}}, column + 2);
      indent = column + 2;
      line.clear();
    }
    line += (line.empty() ? "" : kBar);
    line += shown;
  }
  if (!line.empty()) add({{.text = line, .column = indent}}, column + 2);
}

void Page::add_source(const Span& gutter, const Span& source) {
  constexpr std::string_view kCut = "...";
  const std::string margin = cut(source_text(gutter.text), kWidth / 2, "");
  const std::string text = source_text(source.text);
  const std::size_t room = kWidth - 1 - columns(margin);
  use(gutter.ink);
  out_ += margin;
  if (!text.empty()) {
    use(source.ink);
    out_ += ' ';
    out_ += columns(text) > room ? cut(text, room - kCut.size(), kCut) : text;
  }
  end_line();
}

void Page::add_span(const Span& span, std::size_t hang) {
  const std::string shown = presentable(span.text);
  if (span.column > used_) {
    blanks_ = span.column - used_;
  } else if (span.column != 0) {
    blanks_ = 2;
  }
  for (const auto word : words(shown)) add_word(word, span.ink, hang);
}

void Page::add_word(std::string_view word, Ink ink, std::size_t hang) {
  const std::size_t width = columns(word);
  if (used_ > 0 && used_ + blanks_ + width > kWidth) {
    end_line();
    blanks_ = hang;
  }
  out_.append(blanks_, ' ');
  use(ink);
  out_ += word;
  used_ += blanks_ + width;
  blanks_ = 1;
}

void Page::end_line() {
  use(Ink::plain);
  out_ += '\n';
  used_ = 0;
  blanks_ = 0;
}

void Page::use(Ink ink) {
  if (ink == ink_) return;
  if (color_ && ink_ != Ink::plain) out_ += code(Ink::plain);
  if (color_ && ink != Ink::plain) out_ += code(ink);
  ink_ = ink;
}

}  // namespace preflight::text
