// SPDX-License-Identifier: Apache-2.0
// Source ports: a connection to a server needs one that no other connection to the same destination from the same
// source address uses. haproxy sets IP_BIND_ADDRESS_NO_PORT for `source` without a range, so the limit is per tuple.
#include <algorithm>
#include <map>
#include <tuple>

#include "policies/demand/parts.h"

namespace preflight::demand {
namespace {

using haproxy::Proxy;
using haproxy::Server;

/// What the servers of one tuple ask for together.
struct Tuple {
  SourcePortsDemand demand;
  std::int64_t servers = 0;  // whose traffic takes this tuple
  std::int64_t bounded = 0;  // the sum of their own maxconns
  std::int64_t idle = 0;     // connections kept beyond those in use
  std::int64_t checks = 0;
  std::int64_t agents = 0;
};

using Key = std::tuple<std::string, std::string>;

const haproxy::Sourced<haproxy::Address>* source_of(const Proxy& proxy, const Server& server) {
  if (server.settings.source) return &*server.settings.source;
  return proxy.source ? &*proxy.source : nullptr;
}

SourcePortsDemand new_tuple(const Proxy& proxy, const Server& server, const haproxy::Address& address) {
  SourcePortsDemand demand;
  demand.origin = server.origin;
  demand.bounded = true;
  demand.destination_ip = address.ip;
  demand.destination_port = address.first_port;
  demand.destination = destination_text(address);
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

/// An idle connection is kept while there are not more, used ones included, than were needed lately, so `maxconn` of
/// the server covers them; `pool-low-conn` comes on top (srv_add_to_idle_list in src/server.c, 2.4 to 3.4). That a
/// thread without an idle connection may keep one more is left out: nobody sizes a port range to that.
std::int64_t idle_beyond_use(const Proxy& proxy, const Server& server) {
  const auto& settings = server.settings;
  if (proxy.mode != haproxy::Mode::http || !proxy.reuses || !settings.pool_low_conn) return 0;
  const auto kept = std::clamp<std::int64_t>(settings.pool_low_conn->value, 0, INT32_MAX);
  const bool limited = settings.pool_max_conn && settings.pool_max_conn->value >= 0;
  return limited ? std::min(kept, settings.pool_max_conn->value) : kept;
}

class Tuples {
 public:
  void add(const Proxy& proxy, const Server& server) {
    add_traffic(proxy, server);
    if (const auto address = check_address(proxy, server)) at(proxy, server, *address, &Tuple::checks);
    if (const auto address = agent_address(server)) at(proxy, server, *address, &Tuple::agents);
  }

  [[nodiscard]] std::map<Key, Tuple>& found() { return tuples_; }

 private:
  void add_traffic(const Proxy& proxy, const Server& server) {
    auto made = tuple_of(proxy, server);
    if (!made) return;
    Tuple& tuple = entry(*std::move(made));
    const auto& limit = server.settings.maxconn;
    if (proxy.mode == haproxy::Mode::tcp) tuple.demand.mode = haproxy::Mode::tcp;
    tuple.servers += server.count;
    tuple.idle += idle_beyond_use(proxy, server) * server.count;
    if (limit && limit->value > 0) {
      tuple.bounded += limit->value * server.count;
    } else {
      tuple.demand.bounded = false;
    }
  }

  /// Checks are connections of their own, one at a time for each server, closed without TIME_WAIT.
  void at(const Proxy& proxy, const Server& server, const haproxy::Address& address, std::int64_t Tuple::*count) {
    if (!takes_a_port(address) || server.settings.network_namespace) return;
    entry(new_tuple(proxy, server, address)).*count += server.count;
  }

  Tuple& entry(SourcePortsDemand demand) {
    Key key{demand.source, demand.destination};
    return tuples_.try_emplace(std::move(key), Tuple{.demand = std::move(demand)}).first->second;
  }

  std::map<Key, Tuple> tuples_;
};

void add_term(Quantity& quantity, const char* label, std::int64_t value) {
  if (value == 0) return;
  quantity.value += value;
  quantity.terms.push_back({label, value, {}});
}

Result<Quantity> traffic(const Tuple& tuple, const Result<Quantity>& maxconn) {
  if (tuple.servers == 0) return Quantity{0, Basis::configured, {}};
  if (tuple.demand.bounded && (!maxconn || tuple.bounded <= maxconn->value)) {
    return sum_of({{"maxconn of its servers", tuple.bounded, tuple.demand.origin}}, Basis::configured);
  }
  if (!maxconn) return tl::make_unexpected(maxconn.error());
  return Quantity{maxconn->value, maxconn->basis, {{"global maxconn", maxconn->value, maxconn->terms.front().origin}}};
}

Result<Quantity> connections(const Tuple& tuple, const Result<Quantity>& maxconn) {
  auto quantity = traffic(tuple, maxconn);
  if (!quantity) return quantity;
  add_term(*quantity, "idle connections kept for reuse", tuple.idle);
  add_term(*quantity, "health checks", tuple.checks);
  add_term(*quantity, "agent checks", tuple.agents);
  return quantity;
}

}  // namespace

std::optional<SourcePortsDemand> tuple_of(const Proxy& proxy, const Server& server) {
  if (!takes_a_port(server.address) || server.settings.network_namespace) return std::nullopt;
  auto demand = new_tuple(proxy, server, server.address);
  demand.mode = proxy.mode;
  return demand;
}

std::vector<SourcePortsDemand> source_ports(const Scope& scope, const Result<Quantity>& maxconn) {
  Tuples tuples;
  for (const Proxy& proxy : scope.config.proxies) {
    if (proxy.disabled) continue;
    for (const Server& server : proxy.servers) tuples.add(proxy, server);
  }
  std::vector<SourcePortsDemand> found;
  found.reserve(tuples.found().size());
  for (auto& [key, tuple] : tuples.found()) {
    tuple.demand.connections = connections(tuple, maxconn);
    found.push_back(std::move(tuple.demand));
  }
  return found;
}

}  // namespace preflight::demand
