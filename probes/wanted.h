// SPDX-License-Identifier: Apache-2.0
// Which ports, addresses and destinations the configurations of one namespace want: the few objects for which the
// expensive questions are asked.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "probes/facts.h"

namespace preflight {

struct WantedPorts {
  std::vector<PortRange> tcp;                 // as written: a range stays one
  std::vector<PortRange> udp;                 // QUIC
  std::set<IpAddress> addresses;              // specific ones only
  std::set<std::uint16_t> destination_ports;  // of servers
  bool tcp_mode = false;                      // some server is used by a proxy in tcp mode

  [[nodiscard]] bool has(Protocol protocol, std::uint16_t port) const;
};

[[nodiscard]] WantedPorts wanted_ports(const std::vector<const haproxy::InstanceFacts*>& instances);

}  // namespace preflight
