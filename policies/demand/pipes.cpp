// SPDX-License-Identifier: Apache-2.0
// `option splice-*` moves bytes through pipes, two descriptors each: one pipe for every four connections that may be
// spliced (compute_ideal_maxpipes in src/limits.c), in disabled proxies too.
#include <algorithm>

#include "policies/demand/parts.h"

namespace preflight::demand {
namespace {

/// None, or 0, is no bound.
bool bounded(const std::optional<haproxy::Number>& number) { return number && number->value > 0; }

}  // namespace

std::optional<std::int64_t> spliced_connections(const haproxy::Config& config) {
  std::int64_t front = 0;
  std::int64_t back = 0;
  for (const auto& proxy : config.proxies) {
    if (!proxy.splices) continue;
    const bool is_front = proxy.kind != haproxy::ProxyKind::backend;
    const bool is_back = proxy.kind != haproxy::ProxyKind::frontend;
    if ((is_front && !bounded(proxy.maxconn)) || (is_back && !bounded(proxy.fullconn))) return std::nullopt;
    if (is_front) front += proxy.maxconn->value;
    if (is_back) back += proxy.fullconn->value;
  }
  return std::max(front, back);
}

std::int64_t pipes_for(std::int64_t connections) { return connections >= 4 ? connections / 4 : connections; }

std::int64_t pipes(const haproxy::Config& config, std::int64_t maxconn) {
  if (bounded(config.global.maxpipes)) return config.global.maxpipes->value;
  return pipes_for(std::min(spliced_connections(config).value_or(maxconn), maxconn));
}

}  // namespace preflight::demand
