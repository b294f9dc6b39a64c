// SPDX-License-Identifier: Apache-2.0
// What a verb that changes the host says, before any format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "remediations/plan.h"
#include "remediations/transaction/undo.h"

namespace preflight {

enum class MutationEnd : std::uint8_t {
  nothing,  // there was nothing to do
  planned,  // a dry run
  applied,
  undone,
  refused,      // nothing was changed
  rolled_back,  // it failed, and the host is as before
  torn,         // it failed, and the host is between two states
};
[[nodiscard]] std::string_view to_string(MutationEnd end);

struct MutationReport {
  std::string verb;  // "apply", "revert", "recover"
  MutationEnd end = MutationEnd::nothing;
  std::vector<std::uint32_t> transactions{};  // that were begun or undone
  Plan plan{};                                // what was to be done; empty where there is none
  std::vector<std::string> pending{};
  std::vector<std::string> kept{};     // objects left as somebody else made them
  std::vector<std::string> reasons{};  // of a failure or a refusal
  std::vector<ForeignEdit> edits{};
  int exit_code = 0;

  /// Whether the host is another than before.
  [[nodiscard]] bool changed() const {
    return end == MutationEnd::applied || end == MutationEnd::undone || end == MutationEnd::torn;
  }
};

}  // namespace preflight
