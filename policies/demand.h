// SPDX-License-Identifier: Apache-2.0
// What a configuration demands of its host: quantities with their arithmetic, every term traced to file and line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/facts.h"

namespace preflight {

/// Who chose a number. Only what a person configured may be worse than info: an automatic maxconn is a ceiling.
enum class Basis : std::uint8_t { configured, automatic, assumed };
[[nodiscard]] std::string_view to_string(Basis basis);

/// One addend, as shown: "2 x 100,000 maxconn (haproxy.cfg:4)".
struct Term {
  std::string label;
  std::int64_t value = 0;
  haproxy::Origin origin{};
};

struct Quantity {
  std::int64_t value = 0;
  Basis basis = Basis::automatic;
  std::vector<Term> terms{};
};

/// The accept queue one listener asks listen(2) for.
struct BacklogDemand {
  const haproxy::Proxy* proxy = nullptr;
  const haproxy::Bind* bind = nullptr;
  Result<Quantity> backlog = unread("backlog");  // an error where it follows an automatic maxconn that is not known
};

/// An address and port haproxy will bind; `bind` tells the options.
struct PortDemand {
  const haproxy::Proxy* proxy = nullptr;  // null: a stats socket on TCP, a peers section
  const haproxy::Bind* bind = nullptr;
  std::string owner;  // "frontend web", "stats socket", "peers mesh"
};

/// Connections that may leave for one destination from one source: the four-tuple minus the source port.
struct SourcePortsDemand {
  std::string source;       // "*" when haproxy lets the kernel choose
  std::string destination;  // "10.0.1.1:8080"
  std::optional<IpAddress> destination_ip{};
  std::uint16_t destination_port = 0;
  std::optional<IpAddress> source_ip{};
  std::uint32_t own_range = 0;  // ports of `source ip:lo-hi`: haproxy's own allocator; 0: the kernel's range
  haproxy::Mode mode = haproxy::Mode::http;  // tcp when any proxy of the tuple is in tcp mode
  haproxy::Origin origin{};                  // of the first server of the tuple
  bool bounded = false;                      // every server of the tuple has a maxconn of its own
  /// At once: traffic, what is kept idle beyond it, and checks.
  Result<Quantity> connections = unread("connections");
};

/// An address that haproxy connects or sends to, for one purpose; every line that asks for the same is one of these.
struct DestinationDemand {
  enum class Purpose : std::uint8_t { server, health_check, agent_check, peer, log, nameserver, mailer };
  std::optional<IpAddress> ip{};
  std::string host;        // the name, where `ip` is not written
  std::uint16_t port = 0;  // 0: that of the incoming connection
  haproxy::Transport transport = haproxy::Transport::stream;
  Purpose purpose = Purpose::server;
  std::string owner;  // "server app/a", "resolvers dns/ns1"
  haproxy::Origin origin{};
};

[[nodiscard]] std::string_view to_string(DestinationDemand::Purpose purpose);

/// The demand of one instance; pointers reach into the facts it was computed from, which must outlive it.
struct InstanceDemand {
  const haproxy::InstanceFacts* instance = nullptr;
  /// The effective global maxconn: configured, or what haproxy will compute from its limits.
  Result<Quantity> maxconn = unread("maxconn");
  Result<Quantity> file_descriptors = unread("file descriptors");
  std::vector<BacklogDemand> backlog;
  std::vector<SourcePortsDemand> source_ports;
  std::vector<PortDemand> ports;
  /// Without those that only the host's /etc/resolv.conf names (`parse-resolv-conf`) and those of `tcp-check connect`
  /// and `http-check connect` rules.
  std::vector<DestinationDemand> destinations;
  Result<Quantity> conntrack = unread("conntrack entries");
  /// Bytes, haproxy's and the kernel's, when maxconn connections are busy.
  Result<Quantity> memory = unread("memory");

  /// The listener that asks for most; nullptr when there is none.
  [[nodiscard]] const BacklogDemand* largest_backlog() const;
};

/// One entry for each instance whose configuration could be read.
struct Demand {
  std::vector<InstanceDemand> instances;

  /// The demand of that instance, or nullptr where its configuration could not be read.
  [[nodiscard]] const InstanceDemand* of(const haproxy::InstanceFacts& instance) const;
};

/// The demand of one instance, whose configuration must have been read; it may be one that `facts` do not hold.
[[nodiscard]] InstanceDemand compute_demand(const haproxy::InstanceFacts& instance, const Facts& facts);

/// Pure: the same facts give the same demand.
[[nodiscard]] Demand compute_demand(const Facts& facts);

}  // namespace preflight
