// SPDX-License-Identifier: Apache-2.0
// rlimit_parse of systemd 252 over strtoull(3): blanks and a sign before a number are taken, anything behind it is not.
#include "probes/linux/limit_value.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

namespace preflight {
namespace {

tl::unexpected<Error> refuse(std::string_view text, std::string reason) {
  return fail(std::errc::invalid_argument, std::string(text), std::move(reason));
}

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::string_view without_leading_space(std::string_view text) {
  return text.substr(static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_space) - text.begin()));
}

bool has_prefix(std::string_view text, char letter) {
  return text.size() > 1 && text[0] == '0' && (text[1] | 0x20) == letter;
}

/// What strtoull takes after its blanks and its sign; nullopt where it would stop before the end.
std::optional<std::uint64_t> parse_digits(std::string_view text, int base) {
  if ((base == 0 || base == 16) && has_prefix(text, 'x')) {
    text.remove_prefix(2);
    base = 16;
  }
  if (base == 0) base = text.substr(0, 1) == "0" ? 8 : 10;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

/// "0b" and "0o" are systemd's own and come before strtoull's blanks and sign.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\r"), text.size()));
  int base = 0;
  if (has_prefix(text, 'b')) base = 2;
  if (has_prefix(text, 'o')) base = 8;
  if (base != 0) text.remove_prefix(2);
  const bool negative = text.substr(0, 1) == "-";
  text = without_leading_space(text);
  const bool minus = text.substr(0, 1) == "-";
  if (minus || text.substr(0, 1) == "+") text.remove_prefix(1);
  const auto value = parse_digits(text, base);
  if (!value || !minus || *value == 0) return value;
  if (negative) return std::nullopt;
  return std::uint64_t{0} - *value;  // as strtoull does, where blanks hide the sign from systemd
}

std::string why_not(std::string_view text) {
  if (text.empty()) return "one side has no value";
  const auto last = static_cast<unsigned char>(text.back());
  const auto digits = text.substr(0, text.size() - 1);
  const bool number =
      !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (number && std::isalpha(last) != 0) return "a number of descriptors takes no suffix";
  if (is_space(text.back())) return "there is a blank behind the number";
  if (text.front() == '-') return "it is below 0";
  return "it is no number";
}

Result<std::uint64_t> parse_side(std::string_view text) {
  if (text == "infinity") return kUnlimited;
  const auto value = parse_number(text);
  if (!value || *value == kUnlimited) return refuse(text, why_not(text));
  return *value;
}

/// Up to the next colon, which goes too; a backslash stands for the byte behind it. `left` is false at the end of the
/// text.
std::optional<std::string> take_side(std::string_view& text, bool& left) {
  std::string side;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':') {
      text.remove_prefix(i + 1);
      return side;
    }
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    side += text[i];
  }
  text = {};
  left = false;
  return side;
}

}  // namespace

Result<Limits> parse_limit(std::string_view text) {
  if (text.empty()) return refuse(text, "an empty value resets nothing");
  const auto whole = text;
  bool left = true;
  const auto first = take_side(text, left);
  if (!first) return refuse(whole, "it ends in a backslash");
  const auto soft = parse_side(*first);
  if (!soft) return tl::make_unexpected(soft.error());
  if (!left) return Limits{*soft, *soft};
  const auto second = take_side(text, left);
  if (!second || !text.empty()) return refuse(whole, "it has more than two sides");
  const auto hard = parse_side(*second);
  if (!hard) return tl::make_unexpected(hard.error());
  if (*soft > *hard) return refuse(whole, "the soft limit is above the hard one");
  return Limits{*soft, *hard};
}

}  // namespace preflight
