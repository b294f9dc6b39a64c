// SPDX-License-Identifier: Apache-2.0
// What haproxy will listen on, and how long an accept queue it asks listen(2) for: the first that is set of the bind's
// backlog, the proxy's backlog, the bind's maxconn, the proxy's maxconn, and the global maxconn (src/listener.c).
#include <algorithm>

#include "policies/demand/parts.h"

namespace preflight::demand {
namespace {

using haproxy::AddressKind;
using haproxy::Bind;
using haproxy::Number;
using haproxy::Proxy;

Result<Quantity> backlog_of(const Proxy& proxy, const Bind& bind, const Result<Quantity>& maxconn) {
  const auto written = [](const std::optional<Number>& number) { return number && number->value > 0; };
  const auto configured = [](const char* label, const Number& number) {
    return sum_of({{label, number.value, number.origin}}, Basis::configured);
  };
  if (written(bind.backlog)) return configured("backlog of the bind", *bind.backlog);
  if (written(proxy.backlog)) return configured("backlog of the proxy", *proxy.backlog);
  if (written(bind.maxconn)) return configured("maxconn of the bind", *bind.maxconn);
  if (written(proxy.maxconn)) return configured("maxconn of the proxy", *proxy.maxconn);
  if (!maxconn) return tl::make_unexpected(maxconn.error());
  Quantity global = *maxconn;
  global.terms = {
      {"global maxconn", maxconn->value, maxconn->terms.empty() ? haproxy::Origin{} : maxconn->terms.front().origin}};
  return global;
}

bool has_port(const Bind& bind) {
  const auto kind = bind.address.kind;
  return (kind == AddressKind::ip || kind == AddressKind::hostname) && bind.address.port_count() != 0;
}

std::string owner_of(const Proxy& proxy) {
  switch (proxy.kind) {
    case haproxy::ProxyKind::frontend:
      return "frontend " + proxy.name;
    case haproxy::ProxyKind::backend:
      return "backend " + proxy.name;
    case haproxy::ProxyKind::log_forward:
      return "log-forward " + proxy.name;
    case haproxy::ProxyKind::listen:
      break;
  }
  return "listen " + proxy.name;
}

}  // namespace

std::vector<BacklogDemand> backlogs(const Scope& scope, const Result<Quantity>& maxconn) {
  std::vector<BacklogDemand> found;
  for (const Proxy& proxy : scope.config.proxies) {
    if (proxy.disabled) continue;
    for (const Bind& bind : proxy.binds) {
      if (!has_port(bind) || bind.address.transport != haproxy::Transport::stream) continue;
      found.push_back({&proxy, &bind, backlog_of(proxy, bind, maxconn)});
    }
  }
  return found;
}

std::vector<PortDemand> ports(const Scope& scope) {
  std::vector<PortDemand> found;
  for (const Proxy& proxy : scope.config.proxies) {
    if (proxy.disabled) continue;
    for (const Bind& bind : proxy.binds) {
      if (has_port(bind)) found.push_back({&proxy, &bind, owner_of(proxy)});
    }
  }
  for (const Bind& bind : scope.config.global.stats_sockets) {
    if (has_port(bind)) found.push_back({nullptr, &bind, "stats socket"});
  }
  for (const haproxy::Peers& peers : scope.config.peers) {
    if (peers.disabled || !is_local(peers, scope)) continue;
    for (const Bind& bind : peers.binds) {
      if (has_port(bind)) found.push_back({nullptr, &bind, "peers " + peers.name});
    }
  }
  return found;
}

}  // namespace preflight::demand
