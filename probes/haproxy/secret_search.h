// SPDX-License-Identifier: Apache-2.0
// Many secrets in one pass over a text: what a program printed may repeat any of them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace preflight::haproxy {

/// Finds texts of six bytes or more. One pass over a text, however many secrets there are.
class SecretSearch {
 public:
  explicit SecretSearch(const std::set<std::string, std::less<>>& secrets);

  /// Those that occur in `text` are public and no longer searched.
  void forget_those_in(std::string_view text);

  /// Replaces each occurrence by stars, the longest where several begin. A secret of digits alone is not searched
  /// inside a longer number: counters must stay.
  void hide_in(std::string& text) const;

 private:
  /// The length of the longest secret that begins at `at`; 0 for none.
  [[nodiscard]] std::size_t longest_at(std::string_view text, std::size_t at) const;

  std::unordered_map<std::uint64_t, std::vector<std::string>> by_start_;  // first six bytes -> longest first
};

}  // namespace preflight::haproxy
