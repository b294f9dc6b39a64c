// SPDX-License-Identifier: Apache-2.0
// Both configurations are put through the same demand; the differences are what a person would otherwise look for by
// reading both files side by side.
#include "policies/candidate.h"

#include <array>

#include "policies/candidate/parts.h"

namespace preflight {
namespace {

/// An error beside an error is no change.
bool differ(const Result<Quantity>& now, const Result<Quantity>& then) {
  if (!now && !then) return false;
  return !now || !then || now->value != then->value;
}

Result<Quantity> longest_queue(const InstanceDemand& demand) {
  const auto* largest = demand.largest_backlog();
  if (largest == nullptr) return Quantity{};
  return largest->backlog;
}

std::vector<DemandChange> demand_changes(const InstanceDemand& now, const InstanceDemand& then) {
  std::array all = {DemandChange{"maxconn", "connections", now.maxconn, then.maxconn},
                    DemandChange{"file_descriptors", "descriptors", now.file_descriptors, then.file_descriptors},
                    DemandChange{"backlog", "connections", longest_queue(now), longest_queue(then)},
                    DemandChange{"conntrack", "entries", now.conntrack, then.conntrack}};
  std::vector<DemandChange> changes;
  for (auto& change : all) {
    if (differ(change.now, change.then)) changes.push_back(std::move(change));
  }
  return changes;
}

CandidateChange compare(const haproxy::InstanceFacts& instance, const InstanceDemand& then, const Facts& facts) {
  CandidateChange change;
  change.instance = &instance;
  const auto& running = *instance.replaces;
  if (!running.config) {
    change.compared = tl::make_unexpected(running.config.error());
    return change;
  }
  const auto now = compute_demand(running, facts);
  change.demand = demand_changes(now, then);
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
