// SPDX-License-Identifier: Apache-2.0
// A JSON parser recurses with the depth of its input and allocates with its values: both are bounded before it runs.
#include "probes/host/bundle_place.h"

namespace preflight::bundle {
namespace {

constexpr std::size_t kDepthLimit = 16;          // the schema needs 8
constexpr std::size_t kValueLimit = 16'000'000;  // a value costs 16 bytes and more in memory, "0," only 2 in the text

}  // namespace

std::string excess(std::string_view text) {
  std::size_t depth = 0;
  std::size_t values = 1;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    quoted = c == '"';
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == ',' || c == '[' || c == '{') ++values;
    if (depth > kDepthLimit) return "is nested too deep at byte " + std::to_string(i);
    if (values > kValueLimit) return "has too many values";
  }
  return {};
}

}  // namespace preflight::bundle
