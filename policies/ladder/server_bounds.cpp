// SPDX-License-Identifier: Apache-2.0
// srv_dynamic_maxconn() of src/queue.c, the same from 2.4 to 3.x; the automatic fullconn is of src/proxy.c.
#include "policies/ladder/server_bounds.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace preflight::ladder {
namespace {

using haproxy::Number;
using haproxy::Proxy;
using haproxy::ProxyKind;
using haproxy::Server;

constexpr std::int64_t kMostWork = std::int64_t{1} << 24;  // bounds looked at: a hostile file may have many

std::int64_t written(const std::optional<Number>& number) {
  return number && number->value > 0 ? std::min(number->value, kBeyondReach) : 0;
}

/// Alike servers; 0 is no bound.
struct Bounds {
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::int64_t count = 1;

  [[nodiscard]] std::int64_t at(std::int64_t connections, std::int64_t fullconn) const {
    return connections >= fullconn ? most : std::max(least, connections * most / fullconn);
  }
};

/// A minconn alone, or above maxconn, is a maxconn.
Bounds bounds_of(const Server& server) {
  const auto maxconn = written(server.settings.maxconn);
  const auto minconn = written(server.settings.minconn);
  return {minconn == 0 ? maxconn : minconn, std::max(maxconn, minconn), server.count};
}

std::vector<Bounds> all_bounds(const std::vector<const Server*>& servers) {
  std::vector<Bounds> all;
  all.reserve(servers.size());
  for (const Server* server : servers) all.push_back(bounds_of(*server));
  const auto key = [](const Bounds& b) { return std::tuple(b.least, b.most); };
  std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  std::vector<Bounds> alike;
  for (const Bounds& each : all) {
    if (!alike.empty() && key(alike.back()) == key(each)) {
      alike.back().count += each.count;
    } else {
      alike.push_back(each);
    }
  }
  return alike;
}

/// The fewest connections with which one more, which counts as the backend's already, finds every server full.
std::int64_t first_waits(const std::vector<Bounds>& alike, std::int64_t fullconn) {
  const auto capacity = [&](std::int64_t connections) {
    std::int64_t sum = 0;
    for (const Bounds& each : alike) sum += each.at(connections, fullconn) * each.count;
    return std::min(sum, kBeyondReach);
  };
  std::int64_t held = 0;
  for (auto left = kMostWork / static_cast<std::int64_t>(alike.size()); left > 0; --left) {
    const auto room = capacity(held + 1);
    if (room <= held) break;
    held = room;
  }
  return held;
}

bool names(const Proxy& frontend, const Proxy& backend) {
  if (&frontend == &backend || frontend.default_backend == backend.name) return true;
  const auto& ruled = frontend.use_backends;
  return std::find(ruled.begin(), ruled.end(), backend.name) != ruled.end();
}

}  // namespace

std::optional<std::int64_t> fullconn_of(const Proxy& backend, const Scene& scene) {
  if (const auto number = written(backend.fullconn); number != 0) return number;
  std::int64_t total = 0;
  for (const Proxy& proxy : scene.config().proxies) {
    const bool is_front = proxy.kind == ProxyKind::frontend || proxy.kind == ProxyKind::listen;
    if (!is_front || !names(proxy, backend)) continue;
    const auto own = written(proxy.maxconn);
    if (own == 0 && !scene.demand.maxconn) return std::nullopt;
    total += own != 0 ? own : std::min(scene.demand.maxconn->value, kBeyondReach);
  }
  return std::clamp<std::int64_t>((total + 9) / 10, 1, kBeyondReach);
}

bool is_dynamic(const Server& server) {
  const auto bounds = bounds_of(server);
  return bounds.least < bounds.most;
}

std::vector<Glass> glasses_of(const std::vector<const Server*>& servers, std::optional<std::int64_t> fullconn) {
  const auto is_bottomless = [](const Server* server) { return bounds_of(*server).most == 0; };
  const bool waits = std::none_of(servers.begin(), servers.end(), is_bottomless);
  const bool grows = std::any_of(servers.begin(), servers.end(), [](const Server* s) { return is_dynamic(*s); });
  const bool lowered = waits && grows && fullconn;
  const auto connections = lowered ? first_waits(all_bounds(servers), *fullconn) + 1 : 0;
  std::vector<Glass> glasses;
  glasses.reserve(servers.size());
  for (const Server* server : servers) {
    const auto bounds = bounds_of(*server);
    const auto cap = lowered ? bounds.at(connections, *fullconn) : bounds.most;
    glasses.push_back({cap == 0 ? kBottomless : cap, server->count});
  }
  return glasses;
}

}  // namespace preflight::ladder
