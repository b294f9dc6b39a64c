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

/// A disabled proxy's binds count: haproxy adds a listener's descriptor when it reads the line.
std::int64_t bind_listeners(const Scope& scope, std::int64_t thread_count) {
  std::int64_t listeners = 0;
  for (const Proxy& proxy : scope.config.proxies) {
    for (const Bind& bind : proxy.binds) listeners += listeners_of(bind, scope, thread_count);
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
  std::int64_t listeners = 0;
  for (const Bind& bind : global.stats_sockets) listeners += listeners_of(bind, scope, thread_count);
  add(terms, counted(listeners, "stats socket", "stats sockets"), listeners, global.stats_sockets.front().origin);
  if (global.stats_maxconn) {
    add(terms, "stats maxconn", global.stats_maxconn->value, global.stats_maxconn->origin);
  } else {
    add(terms, "connections to the stats socket", kStatsMaxconn);
  }
}

void add_peers(std::vector<Term>& terms, const Scope& scope, std::int64_t thread_count) {
  for (const haproxy::Peers& peers : scope.config.peers) {
    if (peers.disabled || !is_local(peers, scope)) continue;
    std::int64_t listeners = 0;
    for (const Bind& bind : peers.binds) listeners += listeners_of(bind, scope, thread_count);
    const auto count = static_cast<std::int64_t>(peers.names.size());
    add(terms,
        "peers " + peers.name + ": " + counted(listeners, "listener", "listeners") + " + 3 x " +
            counted(count, "peer", "peers"),
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
  terms.insert(terms.end(), fixed->begin(), fixed->end());
  return sum_of(std::move(terms), maxconn->basis);
}

}  // namespace preflight::demand
