// SPDX-License-Identifier: Apache-2.0
// How many source ports one tuple can really use: the local port range without the reserved ports and without those
// that some listener holds, because connect(2) never picks a port that was bound explicitly.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "policies/check.h"
#include "probes/linux/port_set.h"

namespace preflight {

/// The ports of one namespace that connect(2) may pick.
[[nodiscard]] Result<PortSet> free_source_ports(const NetworkFacts& network);

/// How many these are, with the arithmetic.
[[nodiscard]] Result<Quantity> usable_source_ports(const NetworkFacts& network);

/// Connections of one tuple as observed, by state.
struct TupleUse {
  std::int64_t open = 0;
  std::int64_t time_wait = 0;
  [[nodiscard]] std::int64_t ports() const { return open + time_wait; }
};

/// Of every destination and local address that was observed.
using ObservedUse = std::map<std::pair<IpAddress, std::uint16_t>, std::map<IpAddress, TupleUse>>;

/// Empty where cheap bounds proved that no tuple can be busy.
[[nodiscard]] Result<ObservedUse> observed_use(const NetworkFacts& network);

/// Of one demanded tuple; where haproxy does not name a source address, of the busiest one. Zero for a destination that
/// is not a numeric address.
[[nodiscard]] TupleUse use_of(const ObservedUse& observed, const SourcePortsDemand& tuple);

/// The ports one tuple may use: those of `source ip:lo-hi`, else `kernel`.
[[nodiscard]] Quantity source_ports_of(const SourcePortsDemand& tuple, const Quantity& kernel);

/// The tuples of one namespace: what several instances want of one destination from one source comes from the same
/// ports, and is added.
[[nodiscard]] std::vector<SourcePortsDemand> tuples_in(const NetworkFacts& network, const Case& c);

}  // namespace preflight
