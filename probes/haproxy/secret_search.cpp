// SPDX-License-Identifier: Apache-2.0
// The first six bytes of a secret are its key in a hash table; each place of a text is one look-up.
#include "probes/haproxy/secret_search.h"

#include <algorithm>

namespace preflight::haproxy {
namespace {

constexpr std::size_t kStart = 6;
constexpr std::size_t kCrowd = 64;  // secrets with one start; a configuration that has more is made to be slow

std::uint64_t start_of(std::string_view text) {
  std::uint64_t start = 0;
  for (std::size_t i = 0; i < kStart; ++i) start = (start << 8U) | static_cast<unsigned char>(text[i]);
  return start;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool inside_number(std::string_view secret, std::string_view text, std::size_t at) {
  if (!std::all_of(secret.begin(), secret.end(), is_digit)) return false;
  const auto end = at + secret.size();
  return (at > 0 && is_digit(text[at - 1])) || (end < text.size() && is_digit(text[end]));
}

}  // namespace

SecretSearch::SecretSearch(const std::set<std::string, std::less<>>& secrets) {
  for (const auto& secret : secrets) {
    if (secret.size() >= kStart) by_start_[start_of(secret)].push_back(secret);
  }
  for (auto& [start, list] : by_start_) {
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    // In a crowd the start alone is taken for the secret: too much is hidden rather than too little.
    if (list.size() > kCrowd) list = {list.front().substr(0, kStart)};
  }
}

void SecretSearch::forget_those_in(std::string_view text) {
  for (std::size_t at = 0; at + kStart <= text.size(); ++at) {
    const auto found = by_start_.find(start_of(text.substr(at)));
    if (found == by_start_.end()) continue;
    auto& list = found->second;
    list.erase(std::remove_if(list.begin(), list.end(),
                              [&](const std::string& secret) { return text.substr(at, secret.size()) == secret; }),
               list.end());
    if (list.empty()) by_start_.erase(found);
  }
}

std::size_t SecretSearch::longest_at(std::string_view text, std::size_t at) const {
  const auto found = by_start_.find(start_of(text.substr(at)));
  if (found == by_start_.end()) return 0;
  for (const auto& secret : found->second) {
    if (text.substr(at, secret.size()) == secret && !inside_number(secret, text, at)) return secret.size();
  }
  return 0;
}

void SecretSearch::hide_in(std::string& text) const {
  if (by_start_.empty()) return;
  for (std::size_t at = 0; at + kStart <= text.size();) {
    const auto length = longest_at(text, at);
    std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), length, '*');
    at += std::max<std::size_t>(length, 1);
  }
}

}  // namespace preflight::haproxy
