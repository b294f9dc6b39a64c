// SPDX-License-Identifier: Apache-2.0
// A reload executes haproxy again in the same master: its limits stay, and its listening sockets are handed on without
// another listen(2), so that their queues stay as long as they are.
#include <map>

#include "policies/candidate/parts.h"
#include "policies/demand/start_limits.h"
#include "policies/listening.h"
#include "probes/base/text.h"

namespace preflight::candidate {
namespace {

using Queues = std::multimap<std::string, const BacklogDemand*>;

Queues queues_of(const InstanceDemand& demand) {
  Queues queues;
  for (const auto& backlog : demand.backlog) queues.emplace(endpoint_of(*backlog.bind), &backlog);
  return queues;
}

void longer_queues(const InstanceDemand& now, const InstanceDemand& then, std::vector<Consequence>& found) {
  const auto before = queues_of(now);
  for (const auto& wanted : then.backlog) {
    const auto [first, last] = before.equal_range(endpoint_of(*wanted.bind));
    for (auto at = first; at != last; ++at) {
      const auto& had = *at->second;
      if (!had.backlog || !wanted.backlog || had.backlog->value >= wanted.backlog->value) continue;
      if (!same_socket(*had.bind, *wanted.bind)) continue;
      found.push_back({"the accept queue of " + endpoint_of(*wanted.bind) + " stays at " + grouped(had.backlog->value) +
                           " instead of " + grouped(wanted.backlog->value),
                       wanted.bind->origin});
      break;
    }
  }
}

/// A reload inherits the limits of the master, whatever the unit says by now.
void higher_limit(const InstanceDemand& then, const Facts& facts, std::vector<Consequence>& found) {
  if (!then.file_descriptors || then.file_descriptors->basis != Basis::configured) return;
  const auto limits = start_limits(*then.instance, facts);
  if (!limits || !limits->may_raise || *limits->may_raise) return;
  const auto need = static_cast<std::uint64_t>(then.file_descriptors->value);
  if (need <= limits->nofile.hard) return;
  found.push_back(
      {"it needs " + grouped(then.file_descriptors->value) + " descriptors, and a reload keeps the " +
           grouped(static_cast<std::int64_t>(limits->nofile.hard)) + " of " + limits->source,
       then.instance->config->global.maxconn ? then.instance->config->global.maxconn->origin : haproxy::Origin{}});
}

bool has_master(const haproxy::InstanceFacts& instance) {
  return instance.command_line.master_worker || instance.config->global.master_worker;
}

void other_mode(const InstanceDemand& now, const InstanceDemand& then, std::vector<Consequence>& found) {
  const bool had = has_master(*now.instance);
  const bool wants = has_master(*then.instance);
  if (had == wants) return;
  const auto& written = then.instance->config->global.master_worker;
  found.push_back({wants ? "it runs without a master, and the candidate asks for one"
                         : "it runs under a master, and the candidate asks for none",
                   written ? *written : haproxy::Origin{}});
}

}  // namespace

std::vector<Consequence> needs_restart(const InstanceDemand& now, const InstanceDemand& then, const Facts& facts) {
  std::vector<Consequence> found;
  other_mode(now, then, found);
  higher_limit(then, facts, found);
  longer_queues(now, then, found);
  return found;
}

}  // namespace preflight::candidate
