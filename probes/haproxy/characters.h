// SPDX-License-Identifier: Apache-2.0
// Character classes as haproxy sees them: it never calls setlocale(3), so ctype is plain ASCII.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace preflight::haproxy {

[[nodiscard]] constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
[[nodiscard]] constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }

/// What a character may do to the word it stands in.
enum class CharacterClass : std::uint8_t {
  plain,
  blank,
  end,      // '#', and a CR: it ends the line right after a word, and is a blank like others after a blank
  quoting,  // quotes and the backslash
  dollar,   // plain outside of double quotes
};

namespace detail {
inline constexpr std::array<CharacterClass, 256> kClasses = [] {
  std::array<CharacterClass, 256> classes{};
  const auto set = [&](std::string_view characters, CharacterClass value) {
    for (const char c : characters) classes[static_cast<unsigned char>(c)] = value;
  };
  set(" \t\n\v\f", CharacterClass::blank);
  set("#\r", CharacterClass::end);
  set("\"'\\", CharacterClass::quoting);
  set("$", CharacterClass::dollar);
  return classes;
}();
}  // namespace detail

[[nodiscard]] constexpr CharacterClass class_of(char c) { return detail::kClasses[static_cast<unsigned char>(c)]; }

/// The value of a hexadecimal digit, or -1.
[[nodiscard]] constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What atol(3) makes of a text: blanks, a sign, digits; what follows is ignored, and no digit at all is 0.
struct LeadingNumber {
  std::int64_t value = 0;
  bool whole = false;  // nothing but a number was there
};

[[nodiscard]] constexpr LeadingNumber leading_number(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_blank(text[i])) ++i;
  const bool negative = i < text.size() && text[i] == '-';
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const std::size_t first = i;
  std::int64_t value = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    const int digit = text[i] - '0';
    value = value > (kMost - digit) / 10 ? kMost : value * 10 + digit;
  }
  return {negative ? -value : value, i > first && i == text.size()};
}

}  // namespace preflight::haproxy
