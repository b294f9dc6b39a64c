// SPDX-License-Identifier: Apache-2.0
// The rungs, one file for each idea; compute_ladders() puts them in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policies/demand/parts.h"
#include "policies/ladder.h"
#include "policies/ladder/routes.h"

namespace preflight::ladder {

/// haproxy keeps its numbers of connections in an int: a limit beyond is none.
inline constexpr std::int64_t kBeyondReach = INT32_MAX;

/// What every rung of one instance is computed from.
struct Scene {
  const InstanceDemand& demand;
  const Facts& facts;
  const NetworkFacts& network;
  const Routes& routes;

  [[nodiscard]] const haproxy::InstanceFacts& instance() const { return *demand.instance; }
  [[nodiscard]] const haproxy::Config& config() const { return *demand.instance->config; }
  [[nodiscard]] demand::Scope scope() const { return {instance(), config(), facts}; }
};

/// A rung that names its limit, its object, and what its declaration says of it.
[[nodiscard]] Rung rung_of(Limit limit, Subject subject, std::string name);

/// Where haproxy stops accepting: the global maxconn, and those of frontends and binds.
void add_front(const Scene& scene, std::vector<Rung>& rungs);

/// What memory allows, by the documentation's rule.
void add_memory(const Scene& scene, std::vector<Rung>& rungs);

/// The highest maxconn whose descriptors haproxy may open.
void add_descriptors(const Scene& scene, std::vector<Rung>& rungs);

/// What this host has for all programs: open files, connection tracking.
void add_shared(const Scene& scene, std::vector<Rung>& rungs);

/// What each backend's servers take: their maxconns, and the source ports towards them.
void add_backends(const Scene& scene, std::vector<Rung>& rungs);

/// How long the accept queues are.
void add_accept_queues(const Scene& scene, std::vector<Rung>& bursts);

/// Descriptors that a worker holds without any connection: standard input, output and error, listeners, and three a
/// thread. Less than haproxy reserves, which counts checks and what may come.
[[nodiscard]] Result<std::int64_t> held_at_idle(const demand::Scope& scope);

/// How many client connections the instance's workers hold now, told by their descriptors: two a connection. Zero when
/// it does not run.
[[nodiscard]] Result<std::int64_t> connections_now(const Scene& scene);

}  // namespace preflight::ladder
