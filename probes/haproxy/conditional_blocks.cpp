// SPDX-License-Identifier: Apache-2.0
// A condition that cannot be known leaves out every branch of its block.
#include "probes/haproxy/conditional_blocks.h"

namespace preflight::haproxy {

std::string_view ConditionalBlocks::begin_if(Truth truth) {
  if (states_.size() + 1 >= kNestedConditionLimit) return "more than 99 nested '.if'";
  const bool reachable = !dropped();
  states_.push_back({.taken = reachable && truth == Truth::yes, .decided = !reachable || truth != Truth::no});
  return {};
}

std::string_view ConditionalBlocks::begin_elif(Truth truth) {
  if (!open()) return "'.elif' without '.if'";
  State& state = states_.back();
  if (state.in_else) return "'.elif' after '.else'";
  state.taken = !state.decided && truth == Truth::yes;
  state.decided = state.decided || truth != Truth::no;
  return {};
}

std::string_view ConditionalBlocks::begin_else() {
  if (!open()) return "'.else' without '.if'";
  State& state = states_.back();
  if (state.in_else) return "'.else' after '.else'";
  state.taken = !state.decided;
  state.decided = true;
  state.in_else = true;
  return {};
}

std::string_view ConditionalBlocks::end() {
  if (!open()) return "'.endif' without '.if'";
  states_.pop_back();
  return {};
}

}  // namespace preflight::haproxy
