// SPDX-License-Identifier: Apache-2.0
// A page of 80 columns. Every byte of a report for people goes through it, so what a file name or a process wrote can
// neither move the cursor nor forge a line: escape sequences in logs have been an attack since CVE-2003-0020.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace preflight::text {

inline constexpr std::size_t kWidth = 80;

/// Longest text of one span, in characters; the rest is replaced by "...". A name may be as long as a file.
inline constexpr std::size_t kLongestSpan = 600;

/// Emphasis; the words carry the meaning without it.
enum class Ink : std::uint8_t { plain, error, warning, good, strong, faint, struck };

/// A run of words. It begins at `column` (from 0) or, when the line is already there, two blanks on; without a column
/// it follows the span before it after one blank.
struct Span {
  std::string text;
  Ink ink = Ink::plain;
  std::size_t column = 0;
};

class Page {
 public:
  explicit Page(bool color) : color_(color) {}

  /// One paragraph. Lines are broken between words; the further ones are indented by `hang` columns. A word longer than
  /// the line stays whole, so that a path can be copied.
  void add(const std::vector<Span>& spans, std::size_t hang = 2);
  /// "a | b | c", from `column` on; where it does not fit, the line ends instead of a bar.
  void add_row(const std::vector<std::string>& pieces, std::size_t column = 0);
  /// One line of a file behind a gutter, its blanks as they are: it is cut at the width instead of broken.
  void add_source(const Span& gutter, const Span& source);
  void blank() { out_ += '\n'; }
  /// An empty page of the same kind, and taking one over.
  [[nodiscard]] Page fresh() const { return Page(color_); }
  void append(const Page& other) { out_ += other.out_; }

  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  void add_span(const Span& span, std::size_t hang);
  void add_word(std::string_view word, Ink ink, std::size_t hang);
  void end_line();
  void use(Ink ink);

  bool color_;
  std::string out_;
  std::size_t used_ = 0;    // columns of the current line
  std::size_t blanks_ = 0;  // owed before the next word; written with it, so no line ends in blanks
  Ink ink_ = Ink::plain;
};

/// A line of a file as the page shows it: a tab is four blanks, what is not printable is escaped.
[[nodiscard]] std::string source_text(std::string_view line);

/// The number of characters of valid UTF-8.
[[nodiscard]] std::size_t columns(std::string_view text);

}  // namespace preflight::text
