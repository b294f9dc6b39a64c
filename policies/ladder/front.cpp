// SPDX-License-Identifier: Apache-2.0
// Bounds that haproxy keeps itself: at one of them it stops calling accept(2), and the kernel keeps the clients
// waiting.
#include <algorithm>

#include "policies/ladder/parts.h"
#include "policies/listening.h"
#include "probes/base/text.h"

namespace preflight::ladder {
namespace {

using haproxy::Bind;
using haproxy::Number;
using haproxy::Proxy;

bool written(const std::optional<Number>& number) { return number && number->value > 0; }

std::string_view kind_of(const Proxy& proxy) {
  return proxy.kind == haproxy::ProxyKind::listen ? "listen" : "frontend";
}

std::string words_of(const Proxy& proxy) { return std::string(kind_of(proxy)) + " " + proxy.name; }

Rung bound_of(Limit limit, Subject subject, std::string name, const Number& number) {
  Rung rung = rung_of(limit, std::move(subject), std::move(name));
  rung.connections = number.value;
  rung.terms = {{"maxconn", number.value, number.origin}};
  return rung;
}

Rung frontend_rung(const Proxy& proxy) {
  Subject subject{std::string(kind_of(proxy)) + ":" + proxy.name};
  return bound_of(Limit::frontend_maxconn, std::move(subject), "maxconn of " + words_of(proxy), *proxy.maxconn);
}

/// A bind line's maxconn holds for each of its listeners; its shards share the connections to one port.
Rung bind_rung(const Bind& bind, const Scene& scene) {
  Rung rung = bound_of(Limit::bind_maxconn, subject_of(bind), "maxconn of bind " + endpoint_of(bind), *bind.maxconn);
  const auto threads = demand::threads(scene.scope());
  rung.assumes = "all connections come to " + endpoint_of(bind);
  if (!threads) {
    rung.connections = tl::make_unexpected(threads.error());
    return rung;
  }
  const auto listeners = demand::listeners_of(bind, scene.scope(), threads->value);
  const auto shards = listeners / std::max<std::int64_t>(bind.address.port_count(), 1);
  if (shards > 1) {
    rung.terms.push_back({"the same in each of its other shards", bind.maxconn->value * (shards - 1), {}});
    rung.assumes += ", evenly to its " + grouped(shards) + " shards";
  }
  rung.connections = bind.maxconn->value * std::max<std::int64_t>(shards, 1);
  return rung;
}

void add_proxy(const Proxy& proxy, const Scene& scene, bool only_road, std::vector<Rung>& rungs) {
  const auto begin = static_cast<std::ptrdiff_t>(rungs.size());
  if (written(proxy.maxconn)) rungs.push_back(frontend_rung(proxy));
  for (const Bind& bind : proxy.binds) {
    if (written(bind.maxconn)) rungs.push_back(bind_rung(bind, scene));
  }
  for (auto rung = rungs.begin() + begin; rung != rungs.end(); ++rung) {
    rung->aside = scene.routes.of(proxy) != Road::main;
    if (rung->assumes.empty() && !only_road) rung->assumes = "all connections come through " + words_of(proxy);
  }
}

void add_maxconn(const Scene& scene, std::vector<Rung>& rungs) {
  Rung rung = rung_of(Limit::maxconn, subject::instance(scene.instance().name), "maxconn");
  const auto& maxconn = scene.demand.maxconn;
  if (maxconn) {
    rung.connections = maxconn->value;
    rung.basis = maxconn->basis;
    rung.terms = maxconn->terms;
  } else {
    rung.connections = tl::make_unexpected(maxconn.error());
  }
  rungs.push_back(std::move(rung));
}

}  // namespace

void add_front(const Scene& scene, std::vector<Rung>& rungs) {
  add_maxconn(scene, rungs);
  const auto& proxies = scene.config().proxies;
  const auto takes_connections = [&](const Proxy& proxy) {
    return proxy.kind != haproxy::ProxyKind::backend && scene.routes.of(proxy) != Road::none;
  };
  const bool only_road = std::count_if(proxies.begin(), proxies.end(), takes_connections) == 1;
  for (const Proxy& proxy : proxies) {
    if (takes_connections(proxy) && !proxy.binds.empty()) add_proxy(proxy, scene, only_road, rungs);
  }
}

}  // namespace preflight::ladder
