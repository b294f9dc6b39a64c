// SPDX-License-Identifier: Apache-2.0
// Which ports, addresses and destinations the configurations of one namespace want: the few objects for which the
// expensive questions are asked.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "probes/facts.h"
#include "probes/linux/port_set.h"

namespace preflight {

struct WantedPorts {
  PortSet tcp;
  PortSet udp;                                // QUIC
  std::set<IpAddress> addresses;              // specific ones only
  std::set<std::uint16_t> destination_ports;  // of servers
  bool interfaces = false;                    // some bind or `source` names one
  bool tcp_mode = false;                      // some server is used by a proxy in tcp mode
  /// Of `source ip:lo-hi`: haproxy's own allocator may run dry long before the kernel's range does.
  std::optional<std::uint32_t> smallest_source_range{};

  [[nodiscard]] bool has(Protocol protocol, std::uint16_t port) const {
    return (protocol == Protocol::tcp ? tcp : udp).contains(port);
  }
};

[[nodiscard]] WantedPorts wanted_ports(const std::vector<const haproxy::InstanceFacts*>& instances);

}  // namespace preflight
