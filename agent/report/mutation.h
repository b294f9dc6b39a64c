// SPDX-License-Identifier: Apache-2.0
// What a verb that changes the host says, before any format.
#pragma once

#include <chrono>
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
  confirmed,
  refused,      // nothing was changed
  rolled_back,  // it failed, and the host is as before
  torn,         // it failed, and the host is between two states
};
[[nodiscard]] std::string_view to_string(MutationEnd end);

struct MutationReport {
  std::string verb;  // "apply", "revert", "recover", "confirm"
  MutationEnd end = MutationEnd::nothing;
  std::vector<std::uint32_t> transactions{};  // that were begun, undone or confirmed
  std::vector<std::uint32_t> recovered{};     // that were undone before, as they had been cut off or not confirmed
  Plan plan{};                                // what was to be done; empty where there is none
  std::vector<std::string> pending{};
  std::chrono::seconds confirm_within{};  // 0: need not be confirmed
  std::vector<std::string> kept{};        // objects left as somebody else made them
  std::vector<std::string> reasons{};     // of a failure or a refusal
  std::vector<ForeignEdit> edits{};
  int exit_code = 0;

  /// Whether the host is another than before.
  [[nodiscard]] bool changed() const {
    return end == MutationEnd::applied || end == MutationEnd::undone || end == MutationEnd::torn || !recovered.empty();
  }
};

}  // namespace preflight
