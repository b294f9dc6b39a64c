// SPDX-License-Identifier: Apache-2.0
// Source ports: a connection to a server needs one that no other connection to the same destination from the same
// source address uses. haproxy sets IP_BIND_ADDRESS_NO_PORT for `source` without a range, so the limit is per tuple.
#include <algorithm>
#include <map>
#include <tuple>

#include "policies/demand/parts.h"

namespace preflight::demand {
namespace {

using haproxy::AddressKind;
using haproxy::Proxy;
using haproxy::Server;

/// What the servers of one tuple ask for together.
struct Tuple {
  SourcePortsDemand demand;
  std::int64_t bounded = 0;  // the sum of the servers' own maxconns
};

using Key = std::tuple<std::string, std::string>;

const haproxy::Sourced<haproxy::Address>* source_of(const Proxy& proxy, const Server& server) {
  if (server.settings.source) return &*server.settings.source;
  return proxy.source ? &*proxy.source : nullptr;
}

/// Only a destination with an address or a name and a port of its own makes a tuple: a unix socket needs no port, and
/// a server without a port takes that of each incoming connection.
bool makes_tuple(const Server& server) {
  const auto& address = server.address;
  const bool reachable = address.kind == AddressKind::ip || address.kind == AddressKind::hostname;
  return reachable && address.port_kind == haproxy::PortKind::fixed && address.transport == haproxy::Transport::stream;
}

SourcePortsDemand new_tuple(const Proxy& proxy, const Server& server) {
  SourcePortsDemand demand;
  demand.origin = server.origin;
  demand.bounded = true;
  demand.mode = proxy.mode;
  demand.destination_ip = server.address.ip;
  demand.destination_port = server.address.first_port;
  demand.destination = server.address.ip ? endpoint(*server.address.ip, server.address.first_port)
                                         : server.address.text + ":" + std::to_string(server.address.first_port);
  demand.source = "*";
  if (const auto* source = source_of(proxy, server); source != nullptr && source->value.ip) {
    if (!source->value.ip->is_any()) {
      demand.source_ip = source->value.ip;
      demand.source = to_string(*source->value.ip);
    }
    demand.own_range = demand.source_ip ? source->value.port_count() : 0;
  }
  return demand;
}

void add_server(Tuple& tuple, const Proxy& proxy, const Server& server) {
  const auto& limit = server.settings.maxconn;
  if (proxy.mode == haproxy::Mode::tcp) tuple.demand.mode = haproxy::Mode::tcp;
  if (limit && limit->value > 0) {
    tuple.bounded += limit->value * server.count;
  } else {
    tuple.demand.bounded = false;
  }
}

Result<Quantity> connections(const Tuple& tuple, const Result<Quantity>& maxconn) {
  if (tuple.demand.bounded && (!maxconn || tuple.bounded <= maxconn->value)) {
    return sum_of({{"maxconn of its servers", tuple.bounded, tuple.demand.origin}}, Basis::configured);
  }
  if (!maxconn) return tl::make_unexpected(maxconn.error());
  return Quantity{maxconn->value, maxconn->basis, {{"global maxconn", maxconn->value, maxconn->terms.front().origin}}};
}

}  // namespace

std::optional<SourcePortsDemand> tuple_of(const Proxy& proxy, const Server& server) {
  if (!makes_tuple(server)) return std::nullopt;
  return new_tuple(proxy, server);
}

std::vector<SourcePortsDemand> source_ports(const Scope& scope, const Result<Quantity>& maxconn) {
  std::map<Key, Tuple> tuples;
  for (const Proxy& proxy : scope.config.proxies) {
    if (proxy.disabled) continue;
    for (const Server& server : proxy.servers) {
      auto made = tuple_of(proxy, server);
      if (!made) continue;
      Key key{made->source, made->destination};
      add_server(tuples.try_emplace(std::move(key), Tuple{*std::move(made)}).first->second, proxy, server);
    }
  }
  std::vector<SourcePortsDemand> found;
  found.reserve(tuples.size());
  for (auto& [key, tuple] : tuples) {
    tuple.demand.connections = connections(tuple, maxconn);
    found.push_back(std::move(tuple.demand));
  }
  return found;
}

}  // namespace preflight::demand
