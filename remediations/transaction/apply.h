// SPDX-License-Identifier: Apache-2.0
// The way there: a plan is carried out as a whole, or the host is as it was.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "remediations/host/host.h"
#include "remediations/transaction/journal.h"
#include "remediations/transaction/undo.h"

namespace preflight {

/// Looks at the host and judges it once more: what is not as the plan promised, in sentences; empty when all is.
using Judge = std::function<std::vector<std::string>()>;

struct ApplyOptions {
  Actor actor;
  std::string boot_id;
  std::chrono::seconds confirm_within{0};  // 0: need not be confirmed
};

enum class ApplyEnd : std::uint8_t {
  applied,
  refused,      // an object is not as planned: nothing was done
  rolled_back,  // something failed: the host is as before
  torn,         // and could not be brought back: `recover` goes on
};

struct ApplyResult {
  ApplyEnd end = ApplyEnd::applied;
  std::uint32_t id = 0;                // of the transaction; 0: none was begun
  std::vector<ForeignEdit> edits{};    // of a refusal
  std::vector<std::string> reasons{};  // of a failure, the first one first
};

[[nodiscard]] ApplyResult apply(const Plan& plan, Journal& journal, Host& host, const ApplyOptions& options,
                                const Judge& judge);

}  // namespace preflight
