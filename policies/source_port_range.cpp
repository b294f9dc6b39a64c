// SPDX-License-Identifier: Apache-2.0
// Arithmetic over ip_local_port_range, seen with real connects: a reserved or bound port is never chosen.
#include "policies/source_port_range.h"

#include <algorithm>
#include <cstddef>

namespace preflight {
namespace {

void add(Result<Quantity>& sum, const Result<Quantity>& more) {
  if (!sum) return;
  if (!more) {
    sum = more;
    return;
  }
  sum->value += more->value;
  if (more->basis != Basis::configured) sum->basis = more->basis;
  sum->terms.insert(sum->terms.end(), more->terms.begin(), more->terms.end());
}

void merge(SourcePortsDemand& tuple, const SourcePortsDemand& other) {
  if (other.mode == haproxy::Mode::tcp) tuple.mode = haproxy::Mode::tcp;
  tuple.bounded = tuple.bounded && other.bounded;
  tuple.own_range = std::max(tuple.own_range, other.own_range);
  add(tuple.connections, other.connections);
}

}  // namespace

Result<PortSet> free_source_ports(const NetworkFacts& network) {
  auto open = outgoing_ports(network.sysctls);
  if (!open) return open;
  if (!network.tcp_listeners) return tl::make_unexpected(network.tcp_listeners.error());
  for (const auto& socket : *network.tcp_listeners) open->remove(socket.local_port);
  return open;
}

Result<Quantity> usable_source_ports(const NetworkFacts& network) {
  const auto range = network.sysctls.range(kLocalPortRange);
  if (!range) return tl::make_unexpected(range.error());
  const auto outgoing = outgoing_ports(network.sysctls);
  if (!outgoing) return tl::make_unexpected(outgoing.error());
  const auto open = free_source_ports(network);
  if (!open) return tl::make_unexpected(open.error());
  std::vector<Term> terms;
  terms.push_back({"ports " + std::to_string(range->first) + "-" + std::to_string(range->last), range->size(), {}});
  if (const auto count = range->size() - outgoing->size(); count != 0) terms.push_back({"reserved", -count, {}});
  if (const auto count = outgoing->size() - open->size(); count != 0)
    terms.push_back({"held by listeners", -count, {}});
  return Quantity{open->size(), Basis::configured, std::move(terms)};
}

Result<ObservedUse> observed_use(const NetworkFacts& network) {
  if (!network.outgoing) return ObservedUse{};
  if (!*network.outgoing) return tl::make_unexpected(network.outgoing->error());
  ObservedUse observed;
  for (const auto& socket : **network.outgoing) {
    auto& use = observed[{socket.remote, socket.remote_port}][socket.local];
    ++(socket.state == SocketState::time_wait ? use.time_wait : use.open);
  }
  return observed;
}

TupleUse use_of(const ObservedUse& observed, const SourcePortsDemand& tuple) {
  if (!tuple.destination_ip) return {};
  const auto found = observed.find({*tuple.destination_ip, tuple.destination_port});
  if (found == observed.end()) return {};
  TupleUse busiest;
  for (const auto& [source, use] : found->second) {
    if (tuple.source_ip && *tuple.source_ip != source) continue;
    if (use.ports() > busiest.ports()) busiest = use;
  }
  return busiest;
}

Quantity source_ports_of(const SourcePortsDemand& tuple, const Quantity& kernel) {
  if (tuple.own_range == 0) return kernel;
  return {tuple.own_range, Basis::configured, {{"ports of the source range", tuple.own_range, tuple.origin}}};
}

std::vector<SourcePortsDemand> tuples_in(const NetworkFacts& network, const Case& c) {
  std::vector<SourcePortsDemand> tuples;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const auto& demand : c.demand.instances) {
    if (&c.facts.network_of(*demand.instance) != &network) continue;
    for (const auto& tuple : demand.source_ports) {
      const auto [place, first] = places.try_emplace({tuple.source, tuple.destination}, tuples.size());
      if (first) {
        tuples.push_back(tuple);
      } else {
        merge(tuples[place->second], tuple);
      }
    }
  }
  return tuples;
}

}  // namespace preflight
