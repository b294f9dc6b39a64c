// SPDX-License-Identifier: Apache-2.0
// A demand is computed for every instance whose configuration could be read; the others have no demand, only a reason.
#include "policies/demand.h"

#include <algorithm>

#include "policies/demand/parts.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

/// Each proxied connection is tracked on both sides.
Result<Quantity> conntrack(const Result<Quantity>& maxconn) {
  if (!maxconn) return tl::make_unexpected(maxconn.error());
  const auto origin = maxconn->terms.empty() ? haproxy::Origin{} : maxconn->terms.front().origin;
  return demand::sum_of({{"2 x maxconn " + grouped(maxconn->value), 2 * maxconn->value, origin}}, maxconn->basis);
}

}  // namespace

std::string_view to_string(Basis basis) {
  switch (basis) {
    case Basis::configured:
      return "configured";
    case Basis::automatic:
      return "automatic";
    case Basis::assumed:
      return "assumed";
  }
  return "unknown";
}

const BacklogDemand* InstanceDemand::largest_backlog() const {
  const BacklogDemand* largest = nullptr;
  for (const auto& one : backlog) {
    if (one.backlog && (largest == nullptr || one.backlog->value > largest->backlog->value)) largest = &one;
  }
  return largest;
}

const InstanceDemand* Demand::of(const haproxy::InstanceFacts& instance) const {
  const auto found =
      std::find_if(instances.begin(), instances.end(), [&](const auto& one) { return one.instance == &instance; });
  return found == instances.end() ? nullptr : &*found;
}

InstanceDemand compute_demand(const haproxy::InstanceFacts& instance, const Facts& facts) {
  const demand::Scope scope{instance, *instance.config, facts};
  const auto fixed = demand::fixed_descriptors(scope);
  InstanceDemand result;
  result.instance = &instance;
  result.maxconn = demand::maxconn(scope, fixed);
  result.file_descriptors = demand::file_descriptors(scope, fixed, result.maxconn);
  result.backlog = demand::backlogs(scope, result.maxconn);
  result.source_ports = demand::source_ports(scope, result.maxconn);
  result.ports = demand::ports(scope);
  result.destinations = demand::destinations(scope);
  result.conntrack = conntrack(result.maxconn);
  result.memory = demand::memory(scope, result.maxconn);
  return result;
}

Demand compute_demand(const Facts& facts) {
  Demand demand;
  for (const auto& instance : facts.instances) {
    if (instance.config) demand.instances.push_back(compute_demand(instance, facts));
  }
  return demand;
}

}  // namespace preflight
