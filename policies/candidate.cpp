// SPDX-License-Identifier: Apache-2.0
// Both configurations are put through the same demand; the differences are what a person would otherwise look for by
// reading both files side by side.
#include "policies/candidate.h"

#include "policies/candidate/parts.h"

namespace preflight {
namespace {

CandidateChange compare(const haproxy::InstanceFacts& instance, const InstanceDemand& then, const Facts& facts) {
  CandidateChange change;
  change.instance = &instance;
  const auto& running = *instance.replaces;
  if (!running.config) {
    change.compared = tl::make_unexpected(running.config.error());
    return change;
  }
  const auto now = compute_demand(running, facts);
  change.demand = differences(now, then);
  change.ports = candidate::port_changes(now, then);
  change.needs_restart = candidate::needs_restart(now, then, facts);
  change.forgotten = candidate::forgotten(*running.config, *instance.config);
  return change;
}

}  // namespace

std::vector<CandidateChange> compare_candidates(const Facts& facts, const Demand& demand) {
  std::vector<CandidateChange> changes;
  for (const auto& then : demand.instances) {
    if (then.instance->replaces) changes.push_back(compare(*then.instance, then, facts));
  }
  return changes;
}

}  // namespace preflight
