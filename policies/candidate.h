// SPDX-License-Identifier: Apache-2.0
// A configuration that is to replace the one that runs: what the host will notice, what a reload can bring about and
// what takes a restart, and what haproxy forgets on the way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policies/check.h"
#include "policies/demand_difference.h"

namespace preflight {

/// What becomes of ports: a reload hands listening sockets on to a bind of the same address and options, and to no
/// other (sock_find_compatible_fd in src/sock.c).
enum class PortFate : std::uint8_t { opened, reopened, closed };

struct PortChange {
  PortFate fate = PortFate::opened;
  std::string endpoint;    // "*:443", "10.0.0.1:1000-1999"
  std::int64_t ports = 0;  // how many of them this is about
  std::string owner;       // "frontend web"
  haproxy::Origin origin{};
};

/// One thing that follows, and the line that is behind it.
struct Consequence {
  std::string text;
  haproxy::Origin origin{};
};

struct CandidateChange {
  const haproxy::InstanceFacts* instance = nullptr;  // as the candidate would have it
  /// Why nothing could be compared: the running configuration cannot be read.
  Result<void> compared{};
  std::vector<DemandDifference> demand;
  std::vector<PortChange> ports;  // those that change
  std::vector<Consequence> needs_restart;
  std::vector<Consequence> forgotten;

  [[nodiscard]] bool empty() const {
    return demand.empty() && ports.empty() && needs_restart.empty() && forgotten.empty();
  }
};

/// One entry for each instance that runs and is to be given another configuration (`--config`). Pure; refers to
/// `facts`.
[[nodiscard]] std::vector<CandidateChange> compare_candidates(const Facts& facts, const Demand& demand);

}  // namespace preflight
