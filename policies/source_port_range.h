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

namespace preflight {

inline constexpr std::string_view kLocalPortRange = "net.ipv4.ip_local_port_range";
inline constexpr std::string_view kReservedPorts = "net.ipv4.ip_local_reserved_ports";

/// The ports of one namespace that connect(2) may pick, with the arithmetic.
[[nodiscard]] Result<Quantity> usable_source_ports(const NetworkFacts& network);

/// Whether a port lies in the local port range and is not reserved: the kernel may give it to any outgoing connection.
[[nodiscard]] Result<bool> may_be_taken(const NetworkFacts& network, std::uint16_t port);

/// Connections of one tuple as observed, by state.
struct TupleUse {
  std::int64_t open = 0;
  std::int64_t time_wait = 0;
  [[nodiscard]] std::int64_t ports() const { return open + time_wait; }
};

/// The busiest source address of every destination that was observed.
using ObservedUse = std::map<std::pair<IpAddress, std::uint16_t>, TupleUse>;

/// Empty where cheap bounds proved that no tuple can be busy.
[[nodiscard]] Result<ObservedUse> observed_use(const NetworkFacts& network);

/// Of one demanded tuple; zero for a destination that is not a numeric address.
[[nodiscard]] TupleUse use_of(const ObservedUse& observed, const SourcePortsDemand& tuple);

}  // namespace preflight
