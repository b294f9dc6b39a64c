// SPDX-License-Identifier: Apache-2.0
// What a check run says, before any format: the writers (text, JSON) turn this one value into bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policies/assess.h"
#include "policies/candidate.h"
#include "policies/demand.h"
#include "policies/ladder.h"
#include "policies/what_if.h"
#include "probes/facts.h"

namespace preflight {

/// Counts over the results that are not waived and not folded.
struct Summary {
  std::size_t pass = 0;
  std::size_t error = 0;
  std::size_t warning = 0;
  std::size_t info = 0;
  std::size_t not_checked = 0;
  std::size_t not_applicable = 0;
  std::size_t waived = 0;
};

/// What was supposed, and what the host is without it.
struct AsIs {
  const WhatIf* what_if = nullptr;
  const Demand* demand = nullptr;
  const std::vector<Ladder>* ladders = nullptr;
};

/// One run. The parts it points to must outlive it.
struct Report {
  const Facts* facts = nullptr;
  const Demand* demand = nullptr;
  const Assessment* assessment = nullptr;
  const std::vector<Ladder>* ladders = nullptr;  // nullptr: none were computed
  /// Set: everything else is of a host as it is supposed to be (--what-if).
  std::optional<AsIs> as_is{};
  Severity fail_on = Severity::error;
  std::int64_t taken_at = 0;  // seconds since the epoch, UTC
  std::chrono::milliseconds took{0};
  bool replayed = false;  // taken_at is when the bundle was recorded, and nothing was waited for: took is 0
  std::vector<CandidateChange> candidates{};  // what `--config` changes on a host where another one runs
  std::vector<std::string> notes;             // expired and unused waivers, blind spots
  Summary summary;
  int exit_code = 0;
};

[[nodiscard]] Summary summarize(const Assessment& assessment);

/// The exit code of a check run (design: 1 findings at or above fail_on, else 3 an Unknown at or above it, else 0).
[[nodiscard]] int exit_code_of(const Assessment& assessment, Severity fail_on);

}  // namespace preflight
