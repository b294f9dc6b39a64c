// SPDX-License-Identifier: Apache-2.0
// What a backend takes. A bound written on its servers makes requests wait; source ports towards one of them that run
// out make connects fail.
#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "policies/ladder/parts.h"
#include "policies/ladder/server_bounds.h"
#include "policies/ladder/water_level.h"
#include "policies/source_port_range.h"
#include "probes/base/text.h"

namespace preflight::ladder {
namespace {

using haproxy::Proxy;
using haproxy::Server;

/// What the namespace has for all backends of the instance.
struct Supply {
  Result<Quantity> ports = unread("source ports");
  Result<ObservedUse> observed = unread("connections");
};

/// The servers that share the source ports to one destination.
struct Destination {
  SourcePortsDemand tuple;
  std::vector<Glass> servers;
  std::int64_t checks = 0;  // health checks that take ports there too

  /// Each server hands out the ports of its own range in order, whatever others with the same range do.
  [[nodiscard]] bool collides() const {
    return tuple.own_range != 0 && (servers.size() > 1 || servers.front().count > 1);
  }
};
/// Source, its first port where the range is a server's own, and destination.
using Destinations = std::map<std::tuple<std::string, std::uint16_t, std::string>, Destination>;

std::string_view kind_of(const Proxy& proxy) { return proxy.kind == haproxy::ProxyKind::listen ? "listen" : "backend"; }

std::string words_of(const Proxy& proxy) { return std::string(kind_of(proxy)) + " " + proxy.name; }

/// The servers that take traffic: those neither disabled nor for emergencies; without any, the first one for these, or
/// all of them.
std::vector<const Server*> active_servers(const Proxy& proxy) {
  std::vector<const Server*> active;
  std::vector<const Server*> emergency;
  for (const Server& server : proxy.servers) {
    if (!server.settings.disabled) (server.settings.backup ? emergency : active).push_back(&server);
  }
  if (!active.empty()) return active;
  if (!proxy.all_backups && emergency.size() > 1) emergency.erase(emergency.begin() + 1, emergency.end());
  return emergency;
}

/// The health checks that go where the traffic goes.
std::int64_t checks_of(const Proxy& proxy, const Server& server) {
  const auto checked = demand::check_address(proxy, server);
  if (!checked || !demand::takes_a_port(*checked)) return 0;
  return demand::destination_text(*checked) == demand::destination_text(server.address) ? server.count : 0;
}

/// Of its own range; 0 without one.
std::uint16_t first_port_of(const Server& server) {
  const auto& source = server.settings.source;
  return source ? source->value.first_port : std::uint16_t{0};
}

/// A check is bound to a port of the server's own range wherever it goes.
std::int64_t checks_within(const Proxy& proxy, const Server& server, const SourcePortsDemand& tuple) {
  if (tuple.own_range == 0) return checks_of(proxy, server);
  const auto takes_one = [](const auto& address) { return address && demand::takes_a_port(*address); };
  const bool check = takes_one(demand::check_address(proxy, server));
  const bool agent = takes_one(demand::agent_address(server));
  return (check ? server.count : 0) + (agent ? server.count : 0);
}

Destinations destinations_of(const Proxy& proxy, const std::vector<const Server*>& servers,
                             const std::vector<Glass>& glasses) {
  Destinations found;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const Server* server = servers[i];
    auto tuple = demand::tuple_of(proxy, *server);
    if (!tuple) continue;
    std::tuple key{tuple->source, first_port_of(*server), tuple->destination};
    auto& destination = found.try_emplace(std::move(key), Destination{*std::move(tuple), {}, 0}).first->second;
    destination.servers.push_back(glasses[i]);
    destination.checks += checks_within(proxy, *server, destination.tuple);
  }
  return found;
}

/// One term for each bound, however many servers have it.
std::vector<Term> bounds_of(const std::vector<const Server*>& servers, const std::vector<Glass>& glasses) {
  struct Alike {
    std::int64_t count = 0;
    const Server* first = nullptr;
  };
  std::map<std::int64_t, Alike> by_bound;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    auto& alike = by_bound[glasses[i].cap];
    alike.count += servers[i]->count;
    if (alike.first == nullptr) alike.first = servers[i];
  }
  std::vector<Term> terms;
  for (const auto& [bound, alike] : by_bound) {
    const auto& settings = alike.first->settings;
    const std::string word = is_dynamic(*alike.first) ? "minconn to maxconn" : "maxconn";
    const auto label = alike.count == 1
                           ? word + " of " + alike.first->name
                           : grouped(alike.count) + " x " + word + " " + grouped(bound) + " of its servers";
    terms.push_back({label, bound * alike.count, (settings.maxconn ? settings.maxconn : settings.minconn)->origin});
  }
  return terms;
}

/// The ports connections to a destination may use; what its health checks and its TIME_WAIT hold is not for them.
Quantity room_for(const Destination& destination, const Quantity& kernel, const TupleUse& use) {
  Quantity room = source_ports_of(destination.tuple, kernel);
  if (destination.checks != 0) room.terms.push_back({"for health checks", -destination.checks, {}});
  if (use.time_wait != 0) room.terms.push_back({"in TIME_WAIT now", -use.time_wait, {}});
  room.value = std::max<std::int64_t>(room.value - destination.checks - use.time_wait, 0);
  if (destination.collides() && room.value > 1) {
    room.terms.push_back({"which several servers would take at the same time", 1 - room.value, {}});
    room.value = 1;
  }
  return room;
}

/// One backend under all connections.
class Backend {
 public:
  Backend(const Proxy& proxy, const Scene& scene)
      : proxy_(proxy),
        scene_(scene),
        servers_(active_servers(proxy)),
        glasses_(glasses_of(servers_, fullconn_of(proxy, scene))),
        level_(glasses_) {}

  void add_servers(std::vector<Rung>& rungs) const {
    const auto capacity = level_.capacity();
    if (!capacity) return;
    Rung rung = new_rung(Limit::server_maxconn, Subject{std::string(kind_of(proxy_)) + ":" + proxy_.name},
                         "maxconn of the servers of " + words_of(proxy_));
    rung.connections = *capacity;
    rung.terms = bounds_of(servers_, glasses_);
    rung.assumes = "all connections go to " + words_of(proxy_);
    rungs.push_back(std::move(rung));
  }

  /// The destination whose ports are used up first; the others hold out longer.
  void add_source_ports(const Supply& supply, std::vector<Rung>& rungs) const {
    std::optional<Rung> lowest;
    for (const auto& [key, destination] : destinations_of(proxy_, servers_, glasses_)) {
      auto rung = ports_rung(destination, supply);
      if (!rung) continue;
      const bool lower =
          !lowest || (lowest->connections && (!rung->connections || *rung->connections < *lowest->connections));
      if (lower) lowest = std::move(rung);
    }
    if (lowest) rungs.push_back(*std::move(lowest));
  }

 private:
  [[nodiscard]] Rung new_rung(Limit limit, Subject subject, std::string name) const {
    Rung rung = rung_of(limit, std::move(subject), std::move(name));
    rung.aside = scene_.routes.of(proxy_) != Road::main;
    return rung;
  }

  [[nodiscard]] std::string spread() const {
    std::int64_t count = 0;
    for (const Server* server : servers_) count += server->count;
    return count == 1 ? "its only server" : "its " + grouped(count) + " servers, evenly";
  }

  /// Nothing where the servers' own maxconns never let the ports run out.
  [[nodiscard]] std::optional<Rung> ports_rung(const Destination& destination, const Supply& supply) const {
    const auto& tuple = destination.tuple;
    Rung rung = new_rung(Limit::source_ports, subject::tuple(tuple.source, tuple.destination),
                         "source ports to " + tuple.destination);
    if (tuple.source != "*") rung.name += " from " + tuple.source;
    rung.assumes = "all connections go to " + words_of(proxy_) + ", " + spread();
    if (!supply.ports && tuple.own_range == 0) {
      rung.connections = tl::make_unexpected(supply.ports.error());
      return rung;
    }
    const auto use = supply.observed ? use_of(*supply.observed, tuple) : TupleUse{};
    const auto room = room_for(destination, supply.ports.value_or(Quantity{}), use);
    const auto total = level_.total_when_full(destination.servers, room.value);
    if (!total) return std::nullopt;
    rung.connections = *total;
    rung.terms = room.terms;
    if (scene_.network.outgoing && supply.observed) rung.in_use = use.ports();
    return rung;
  }

  const Proxy& proxy_;
  const Scene& scene_;
  std::vector<const Server*> servers_;
  std::vector<Glass> glasses_;  // of the same servers
  WaterLevel level_;
};

/// A listener's port is never chosen: that holds for what this configuration will listen on too.
Result<Quantity> ports_left(const Scene& scene) {
  auto ports = usable_source_ports(scene.network);
  auto open = free_source_ports(scene.network);
  if (!ports || !open) return ports;
  const auto before = open->size();
  for (const auto& port : scene.demand.ports) {
    const auto& address = port.bind->address;
    if (address.transport != haproxy::Transport::stream) continue;
    for (std::uint32_t each = address.first_port; each <= address.last_port; ++each) {
      open->remove(static_cast<std::uint16_t>(each));
    }
  }
  if (const auto held = before - open->size(); held != 0) ports->terms.push_back({"for binds to come", -held, {}});
  ports->value = open->size();
  return ports;
}

}  // namespace

void add_backends(const Scene& scene, std::vector<Rung>& rungs) {
  const Supply supply{ports_left(scene), observed_use(scene.network)};
  for (const Proxy& proxy : scene.config().proxies) {
    if (scene.routes.of(proxy) == Road::none || proxy.servers.empty()) continue;
    const Backend backend(proxy, scene);
    backend.add_servers(rungs);
    backend.add_source_ports(supply, rungs);
  }
}

}  // namespace preflight::ladder
