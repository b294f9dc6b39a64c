// SPDX-License-Identifier: Apache-2.0
// Base64: three bytes are four characters; one text decodes to one value and back to the same text.
#include "probes/base/base64.h"

#include <cstdint>

namespace preflight {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = (group << 8U) | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out.push_back(at + i > bytes.size() ? '=' : kAlphabet[(group >> (18 - 6 * i)) & 63U]);
    }
  }
  return out;
}

std::optional<std::string> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '=') break;
    const auto value = kAlphabet.find(text[at]);
    if (value == std::string_view::npos) return std::nullopt;
    // Six new bits complete a byte with what the character before left over.
    static constexpr unsigned kCarried[] = {0, 2, 4, 6};
    const unsigned phase = at % 4;
    if (phase != 0) {
      out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) | (value >> (6 - kCarried[phase])));
    }
    if (phase != 3) out.push_back(static_cast<char>((value << (2 + kCarried[phase])) & 0xFFU));
  }
  if (!text.empty() && text.back() == '=') {
    if (out.empty() || out.back() != '\0') return std::nullopt;
    out.pop_back();
  }
  if (base64(out) != text) return std::nullopt;
  return out;
}

}  // namespace preflight
