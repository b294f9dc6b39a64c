// SPDX-License-Identifier: Apache-2.0
// The nesting of .if, .elif, .else and .endif (src/cfgparse.c): which lines of the file are read at all.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "probes/haproxy/condition.h"

namespace preflight::haproxy {

/// MAXNESTEDCONDS in include/haproxy/cfgcond-t.h.
inline constexpr std::size_t kNestedConditionLimit = 100;

class ConditionalBlocks {
 public:
  /// True when the lines here are left out.
  [[nodiscard]] bool dropped() const { return !states_.empty() && !states_.back().taken; }
  [[nodiscard]] bool open() const { return !states_.empty(); }
  /// Whether the next `.if` or `.elif` must be evaluated; haproxy does not look at the others.
  [[nodiscard]] bool needs_if() const { return !dropped(); }
  [[nodiscard]] bool needs_elif() const { return open() && !states_.back().decided; }

  // Each returns what haproxy would object to, or an empty text.
  std::string_view begin_if(Truth truth);
  std::string_view begin_elif(Truth truth);
  std::string_view begin_else();
  std::string_view end();
  void clear() { states_.clear(); }

 private:
  struct State {
    bool taken = false;    // lines here are read
    bool decided = false;  // a branch was taken, or cannot be known, or the whole block is left out
    bool in_else = false;
  };
  std::vector<State> states_;
};

}  // namespace preflight::haproxy
