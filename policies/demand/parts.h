// SPDX-License-Identifier: Apache-2.0
// The parts of a demand, one file each; compute_demand() puts them together.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policies/demand.h"
#include "policies/demand/thread_set.h"

namespace preflight::demand {

/// What every part needs to know of one instance.
struct Scope {
  const haproxy::InstanceFacts& instance;
  const haproxy::Config& config;
  const Facts& facts;
};

/// Threads haproxy will run: `nbthread`, else as observed, else one per CPU it may use.
[[nodiscard]] Result<Term> threads(const Scope& scope);

/// In how many groups these threads are divided: `thread-groups`, else as few as hold them.
[[nodiscard]] ThreadLayout thread_layout(const Scope& scope, std::int64_t thread_count);

/// Every addend of maxsock but those that depend on maxconn (src/haproxy.c and the files named at each term).
[[nodiscard]] Result<std::vector<Term>> fixed_descriptors(const Scope& scope);

/// The global maxconn in force. Automatic: what is left of the limit after `fixed`, two descriptors a connection.
[[nodiscard]] Result<Quantity> maxconn(const Scope& scope, const Result<std::vector<Term>>& fixed);

/// On which sides of a proxied connection TLS is spoken, and the first line that says so.
struct TlsSides {
  enum class Of : std::uint8_t {
    prepared,  // what haproxy reckons with when it starts: a disabled proxy's binds too
    spoken,    // what connections will meet
  };
  std::optional<haproxy::Origin> clients{};
  std::optional<haproxy::Origin> servers{};

  [[nodiscard]] std::int64_t count() const { return (clients ? 1 : 0) + (servers ? 1 : 0); }
};
[[nodiscard]] TlsSides tls_sides(const Scope& scope, TlsSides::Of of);

/// Descriptors that one connection takes in OpenSSL's engines under `ssl-mode-async`: one a side and engine.
[[nodiscard]] std::int64_t engine_descriptors(const Scope& scope);

/// The automatic maxconn under `-m`: what the memory holds, and where the descriptors do not suffice for that, no more
/// than `by_descriptors`.
[[nodiscard]] Result<Quantity> maxconn_from_memory(const Scope& scope, const std::vector<Term>& fixed,
                                                   const Result<Quantity>& by_descriptors);

/// maxsock: `fixed` + 2 x maxconn + 2 x pipes + those of engines.
[[nodiscard]] Result<Quantity> file_descriptors(const Scope& scope, const Result<std::vector<Term>>& fixed,
                                                const Result<Quantity>& maxconn);

/// Listeners of one bind: ports x shards.
[[nodiscard]] std::int64_t listeners_of(const haproxy::Bind& bind, const Scope& scope, std::int64_t thread_count);

[[nodiscard]] std::vector<BacklogDemand> backlogs(const Scope& scope, const Result<Quantity>& maxconn);
[[nodiscard]] std::vector<PortDemand> ports(const Scope& scope);
/// The tuple that connections to a server belong to, without their number; nothing for a server that needs no source
/// port, takes its port from each connection, or is reached from another network namespace.
[[nodiscard]] std::optional<SourcePortsDemand> tuple_of(const haproxy::Proxy& proxy, const haproxy::Server& server);
[[nodiscard]] std::vector<SourcePortsDemand> source_ports(const Scope& scope, const Result<Quantity>& maxconn);

/// Bytes for maxconn busy connections, those of the kernel's buffers included.
[[nodiscard]] Result<Quantity> memory(const Scope& scope, const Result<Quantity>& maxconn);

/// Whom this configuration connects to.
[[nodiscard]] std::vector<DestinationDemand> destinations(const Scope& scope);

/// "10.0.1.1:8080", "name:8080".
[[nodiscard]] std::string destination_text(const haproxy::Address& address);

/// Whether a connection to that address takes a source port, of a tuple that can be named: a unix socket needs none,
/// and a server without a port takes that of each incoming connection.
[[nodiscard]] bool takes_a_port(const haproxy::Address& address);

/// Where a server's health check and its agent check connect to; nothing where it has none.
[[nodiscard]] std::optional<haproxy::Address> check_address(const haproxy::Proxy& proxy, const haproxy::Server& server);
[[nodiscard]] std::optional<haproxy::Address> agent_address(const haproxy::Server& server);

/// How many connections may be spliced at once, by the proxies' own bounds; nothing where one of them has none.
[[nodiscard]] std::optional<std::int64_t> spliced_connections(const haproxy::Config& config);

/// Pipes for that many spliced connections: one for every four.
[[nodiscard]] std::int64_t pipes_for(std::int64_t connections);

/// The pipes haproxy will make: `maxpipes`, else for what may be spliced under the global maxconn.
[[nodiscard]] std::int64_t pipes(const haproxy::Config& config, std::int64_t maxconn);

/// The sum of the terms as a quantity of that basis.
[[nodiscard]] Quantity sum_of(std::vector<Term> terms, Basis basis);

/// Whether a peers section has this host as a member, so that haproxy keeps it.
[[nodiscard]] bool is_local(const haproxy::Peers& peers, const Scope& scope);

}  // namespace preflight::demand
