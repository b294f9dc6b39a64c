// SPDX-License-Identifier: Apache-2.0
// How many descriptors haproxy will ask for (its "maxsock"): the arithmetic of compute_ideal_maxsock() in src/limits.c
// and of the places that add to global.maxsock while the configuration is read. The same from 2.4 to 3.x, but for the
// master's own share, which shrank when 3.1 stopped running it in the worker.
#include <algorithm>

#include "policies/demand/parts.h"
#include "probes/base/text.h"

namespace preflight::demand {
namespace {

using haproxy::Bind;
using haproxy::Config;
using haproxy::Proxy;
using haproxy::Server;

constexpr std::int64_t kReserved = 10;             // src/haproxy.c: global.maxsock = 10
constexpr std::int64_t kStatsMaxconn = 10;         // src/cli.c: default of `stats maxconn`
constexpr std::int64_t kDescriptorsPerPeer = 3;    // src/peers.c
constexpr std::int64_t kDescriptorsPerThread = 3;  // the poller and two ends of the wake-up pipe
constexpr std::int64_t kMasterSocketUsers = 10;    // src/cli.c: the master's command line has a maxconn of its own
constexpr haproxy::Version kMasterApart{3, 1, 0};

void add(std::vector<Term>& terms, std::string label, std::int64_t value, haproxy::Origin origin = {}) {
  if (value != 0) terms.push_back({std::move(label), value, std::move(origin)});
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return grouped(count) + " " + std::string(count == 1 ? one : many);
}

/// A listener's descriptor is added when its line is read, even in a section that is disabled or dropped later; further
/// shards are made only of those in use.
std::int64_t listeners_of_section(const std::vector<Bind>& binds, bool in_use, const Scope& scope,
                                  std::int64_t thread_count) {
  std::int64_t listeners = 0;
  for (const Bind& bind : binds) {
    listeners +=
        in_use ? listeners_of(bind, scope, thread_count) : std::max<std::int64_t>(bind.address.port_count(), 1);
  }
  return listeners;
}

std::int64_t bind_listeners(const Scope& scope, std::int64_t thread_count) {
  std::int64_t listeners = 0;
  for (const Proxy& proxy : scope.config.proxies) {
    listeners += listeners_of_section(proxy.binds, !proxy.disabled, scope, thread_count);
  }
  return listeners;
}

template <typename Wanted>
std::int64_t checks(const Config& config, Wanted wanted) {
  std::int64_t count = 0;
  for (const Proxy& proxy : config.proxies) {
    if (proxy.disabled) continue;
    for (const Server& server : proxy.servers) {
      if (wanted(server.settings)) count += server.count;
    }
  }
  return count;
}

std::int64_t parsed_ports(const Config& config) {
  std::int64_t count = config.parsed_check_ports;
  for (const Proxy& proxy : config.proxies) count += proxy.parsed_check_ports;
  return count;
}

void add_stats_sockets(std::vector<Term>& terms, const Scope& scope, std::int64_t thread_count) {
  const auto& global = scope.config.global;
  if (global.stats_sockets.empty()) return;
  const auto listeners = listeners_of_section(global.stats_sockets, true, scope, thread_count);
  add(terms, counted(listeners, "stats socket", "stats sockets"), listeners, global.stats_sockets.front().origin);
  if (global.stats_maxconn) {
    add(terms, "stats maxconn", global.stats_maxconn->value, global.stats_maxconn->origin);
  } else {
    add(terms, "connections to the stats socket", kStatsMaxconn);
  }
}

void add_peers(std::vector<Term>& terms, const Scope& scope, std::int64_t thread_count) {
  for (const haproxy::Peers& peers : scope.config.peers) {
    const bool in_use = !peers.disabled && is_local(peers, scope);
    const auto listeners = listeners_of_section(peers.binds, in_use, scope, thread_count);
    const auto count = static_cast<std::int64_t>(in_use ? peers.names.size() : 0);
    add(terms,
        "peers " + peers.name + ": " + counted(listeners, "listener", "listeners") +
            (in_use ? " + 3 x " + counted(count, "peer", "peers") : ", not in use"),
        listeners + kDescriptorsPerPeer * count, peers.origin);
  }
}

void add_master(std::vector<Term>& terms, const Scope& scope) {
  const auto& line = scope.instance.command_line;
  if (!line.master_worker && !scope.config.global.master_worker) return;
  const bool apart = scope.instance.binary && scope.instance.binary->version >= kMasterApart;
  const auto sockets = static_cast<std::int64_t>(line.master_sockets.size());
  add(terms, "socket pair of the master", 1);
  if (!apart && sockets != 0) {
    add(terms, counted(sockets, "master socket", "master sockets"), sockets);
    add(terms, "connections to the master socket", kMasterSocketUsers);
  }
}

/// maxconn x sides x engines, by compute_ideal_maxsock() of 2.4 to 3.4 (src/haproxy.c, since 3.1 src/limits.c).
/// Distributions build without engines (2.6 of Debian 12 does), so this was read and not run.
void add_engines(std::vector<Term>& terms, const Scope& scope, std::int64_t maxconn) {
  const auto& global = scope.config.global;
  const auto each = engine_descriptors(scope);
  if (each == 0) return;
  const auto engines = static_cast<std::int64_t>(global.ssl_engines.size());
  add(terms,
      counted(engines, "asynchronous engine", "asynchronous engines") + " x " +
          counted(each / engines, "side", "sides") + " with TLS x maxconn " + grouped(maxconn),
      each * maxconn, global.ssl_engines.front().origin);
}

}  // namespace

Quantity sum_of(std::vector<Term> terms, Basis basis) {
  std::int64_t total = 0;
  for (const Term& term : terms) total += term.value;
  return {total, basis, std::move(terms)};
}

Result<std::vector<Term>> fixed_descriptors(const Scope& scope) {
  const auto thread_count = threads(scope);
  if (!thread_count) return tl::make_unexpected(thread_count.error());
  std::vector<Term> terms;
  add(terms, "reserved by haproxy", kReserved);
  const auto listeners = bind_listeners(scope, thread_count->value);
  add(terms, counted(listeners, "listener", "listeners"), listeners);
  add_stats_sockets(terms, scope, thread_count->value);
  add_peers(terms, scope, thread_count->value);
  const auto health = checks(scope.config, [](const auto& s) { return s.check; });
  add(terms, counted(health, "server check", "server checks"), health);
  const auto agents = checks(scope.config, [](const auto& s) { return s.agent_check; });
  add(terms, counted(agents, "agent check", "agent checks"), agents);
  add(terms, "for each check port written", parsed_ports(scope.config));
  add_master(terms, scope);
  add(terms, "3 x " + counted(thread_count->value, "thread", "threads"), kDescriptorsPerThread * thread_count->value,
      thread_count->origin);
  return terms;
}

Result<Quantity> file_descriptors(const Scope& scope, const Result<std::vector<Term>>& fixed,
                                  const Result<Quantity>& maxconn) {
  if (!fixed) return tl::make_unexpected(fixed.error());
  if (!maxconn) return tl::make_unexpected(maxconn.error());
  std::vector<Term> terms;
  const auto& origin = scope.config.global.maxconn ? scope.config.global.maxconn->origin : haproxy::Origin{};
  add(terms, "2 x maxconn " + grouped(maxconn->value), 2 * maxconn->value, origin);
  const auto pipe_count = pipes(scope.config, maxconn->value);
  add(terms, "2 x " + counted(pipe_count, "splice pipe", "splice pipes"), 2 * pipe_count);
  add_engines(terms, scope, maxconn->value);
  terms.insert(terms.end(), fixed->begin(), fixed->end());
  return sum_of(std::move(terms), maxconn->basis);
}

}  // namespace preflight::demand
