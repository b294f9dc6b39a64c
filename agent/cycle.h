// SPDX-License-Identifier: Apache-2.0
// One run: observe everything into a value, compute what the configuration demands, judge, and say so.
#pragma once

#include <memory>

#include "agent/cli/options.h"
#include "agent/report/model.h"
#include "policies/assess.h"
#include "policies/ladder.h"
#include "policies/policy.h"
#include "probes/collect.h"
#include "probes/host/host_view.h"

namespace preflight {

/// The host as it is, and what follows from that alone.
struct Observed {
  Facts facts;
  Demand demand;
  std::vector<Ladder> ladders;
};

/// A finished run. The parts refer to each other, so a Run stays where it was made.
struct Run {
  WhatIf what_if;
  Policy policy;
  std::vector<const Check*> checks;
  Facts facts;
  Demand demand;
  std::vector<Ladder> ladders;
  std::unique_ptr<Observed> observed{};  // where `facts` are supposed ones: those that were read
  Assessment assessment;
  Report report;
};

/// What the checks of this run need to be read.
[[nodiscard]] CollectRequest request_for(const std::vector<const Check*>& checks, const cli::Options& options);

/// Observes and judges. The error is a request that cannot be served (exit code 2): nothing was judged.
[[nodiscard]] Result<std::unique_ptr<Run>> run_checks(const HostView& host, Policy policy, const cli::Options& options);

/// The same once more. Counters are not sampled: what is being lost was told by the first.
[[nodiscard]] Result<std::unique_ptr<Run>> check_again(const HostView& host, Policy policy, cli::Options options);

}  // namespace preflight
