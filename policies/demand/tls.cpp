// SPDX-License-Identifier: Apache-2.0
// TLS costs memory and, with asynchronous engines of OpenSSL, descriptors: haproxy counts it once for all clients and
// once for all servers, as soon as one of them is encrypted (global.ssl_used_frontend and _backend in src/ssl_sock.c).
#include "policies/demand/parts.h"

namespace preflight::demand {
namespace {

using haproxy::Bind;
using haproxy::Config;
using haproxy::Proxy;
using haproxy::Server;

constexpr haproxy::Version kInternalProxiesApart{2, 8, 0};  // servers of rings no longer count as servers

using Place = std::optional<haproxy::Origin>;

/// QUIC is never without TLS.
Place encrypted_bind(const std::vector<Bind>& binds) {
  for (const Bind& bind : binds) {
    if (bind.ssl || bind.address.transport == haproxy::Transport::quic) return bind.origin;
  }
  return std::nullopt;
}

Place encrypted_server(const std::vector<Server>& servers, bool checks_tls) {
  for (const Server& server : servers) {
    if (checks_tls || server.settings.prepares_tls()) return server.origin;
  }
  return std::nullopt;
}

Place clients_side(const Scope& scope, TlsSides::Of of) {
  const Config& config = scope.config;
  for (const Proxy& proxy : config.proxies) {
    if (proxy.disabled && of == TlsSides::Of::spoken) continue;
    if (auto place = encrypted_bind(proxy.binds)) return place;
  }
  for (const haproxy::Peers& peers : config.peers) {
    if (peers.disabled || !is_local(peers, scope)) continue;
    if (auto place = encrypted_bind(peers.binds)) return place;
  }
  return encrypted_bind(config.global.stats_sockets);
}

Place servers_side(const Scope& scope) {
  const Config& config = scope.config;
  for (const Proxy& proxy : config.proxies) {
    if (proxy.disabled) continue;
    if (auto place = encrypted_server(proxy.servers, proxy.checks_tls)) return place;
  }
  for (const haproxy::Peers& peers : config.peers) {
    if (!peers.disabled && peers.ssl && is_local(peers, scope)) return peers.origin;
  }
  if (scope.instance.binary && scope.instance.binary->version >= kInternalProxiesApart) return std::nullopt;
  for (const haproxy::Ring& ring : config.rings) {
    if (auto place = encrypted_server(ring.servers, false)) return place;
  }
  return std::nullopt;
}

}  // namespace

TlsSides tls_sides(const Scope& scope, TlsSides::Of of) { return {clients_side(scope, of), servers_side(scope)}; }

std::int64_t engine_descriptors(const Scope& scope) {
  const auto& global = scope.config.global;
  if (!global.ssl_async || global.ssl_engines.empty()) return 0;
  return tls_sides(scope, TlsSides::Of::prepared).count() * static_cast<std::int64_t>(global.ssl_engines.size());
}

}  // namespace preflight::demand
