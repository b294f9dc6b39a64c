// SPDX-License-Identifier: Apache-2.0
// Arithmetic over ip_local_port_range, seen with real connects: a reserved or bound port is never chosen.
#include "policies/source_port_range.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace preflight {
namespace {

bool contains(const std::vector<PortRange>& ranges, std::uint16_t port) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const PortRange& range) { return range.contains(port); });
}

/// The reserved list may overlap itself; a bit for each port is simpler than merging ranges, and is 8 KiB.
std::int64_t reserved_inside(const PortRange& range, const std::vector<PortRange>& reserved) {
  std::vector<bool> marked(range.size());
  for (const PortRange& ports : reserved) {
    const std::uint32_t last = std::min(ports.last, range.last);
    for (std::uint32_t port = std::max(ports.first, range.first); port <= last; ++port)
      marked[port - range.first] = true;
  }
  return std::count(marked.begin(), marked.end(), true);
}

}  // namespace

Result<Quantity> usable_source_ports(const NetworkFacts& network) {
  const auto range = network.sysctls.range(kLocalPortRange);
  if (!range) return tl::make_unexpected(range.error());
  const auto reserved = network.sysctls.ranges(kReservedPorts);
  if (!reserved) return tl::make_unexpected(reserved.error());
  if (!network.tcp_listeners) return tl::make_unexpected(network.tcp_listeners.error());
  std::set<std::uint16_t> bound;
  for (const auto& socket : *network.tcp_listeners) {
    if (range->contains(socket.local_port) && !contains(*reserved, socket.local_port)) bound.insert(socket.local_port);
  }
  std::vector<Term> terms;
  terms.push_back({"ports " + std::to_string(range->first) + "-" + std::to_string(range->last), range->size(), {}});
  if (const auto count = reserved_inside(*range, *reserved); count != 0) terms.push_back({"reserved", -count, {}});
  if (!bound.empty()) terms.push_back({"held by listeners", -static_cast<std::int64_t>(bound.size()), {}});
  Quantity usable{0, Basis::configured, std::move(terms)};
  for (const auto& term : usable.terms) usable.value += term.value;
  return usable;
}

Result<bool> may_be_taken(const NetworkFacts& network, std::uint16_t port) {
  const auto range = network.sysctls.range(kLocalPortRange);
  if (!range) return tl::make_unexpected(range.error());
  if (!range->contains(port)) return false;
  const auto reserved = network.sysctls.ranges(kReservedPorts);
  if (!reserved) return tl::make_unexpected(reserved.error());
  return !contains(*reserved, port);
}

Result<ObservedUse> observed_use(const NetworkFacts& network) {
  if (!network.outgoing) return ObservedUse{};
  if (!*network.outgoing) return tl::make_unexpected(network.outgoing->error());
  std::map<std::tuple<IpAddress, std::uint16_t, IpAddress>, TupleUse> by_tuple;
  for (const auto& socket : **network.outgoing) {
    auto& use = by_tuple[{socket.remote, socket.remote_port, socket.local}];
    ++(socket.state == SocketState::time_wait ? use.time_wait : use.open);
  }
  ObservedUse busiest;
  for (const auto& [tuple, use] : by_tuple) {
    auto& most = busiest[{std::get<0>(tuple), std::get<1>(tuple)}];
    if (use.ports() > most.ports()) most = use;
  }
  return busiest;
}

TupleUse use_of(const ObservedUse& observed, const SourcePortsDemand& tuple) {
  if (!tuple.destination_ip) return {};
  const auto found = observed.find({*tuple.destination_ip, tuple.destination_port});
  return found == observed.end() ? TupleUse{} : found->second;
}

}  // namespace preflight
