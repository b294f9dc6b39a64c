// SPDX-License-Identifier: Apache-2.0
// Whom haproxy connects to: an SELinux policy and an outgoing firewall must let it, for checks as well as for traffic,
// and a refused check takes a healthy server out of service.
#include <algorithm>
#include <array>

#include "policies/demand/parts.h"

namespace preflight::demand {
namespace {

using haproxy::Address;
using haproxy::AddressKind;
using haproxy::PortKind;
using haproxy::Proxy;
using haproxy::Server;
using haproxy::ServerSettings;
using Purpose = DestinationDemand::Purpose;

bool is_ip(const Address& address) { return address.kind == AddressKind::ip || address.kind == AddressKind::hostname; }

void set_port(Address& address, std::int64_t port) {
  address.port_kind = PortKind::fixed;
  address.first_port = address.last_port = static_cast<std::uint16_t>(std::clamp<std::int64_t>(port, 0, 65535));
}

/// Where a check goes: the address written for it, else the server's; the port written for it, else that address's
/// own, else the server's (tcpcheck_eval_connect in src/tcpcheck.c).
Address checked(const Server& server, const std::optional<haproxy::Text>& written,
                const std::optional<haproxy::Number>& port) {
  Address address = server.address;
  if (written) {
    if (auto other = haproxy::parse_address(written->value)) address = *std::move(other);
  }
  address.transport = haproxy::Transport::stream;
  if (port && port->value > 0) {
    set_port(address, port->value);
  } else if (address.port_kind != PortKind::fixed || address.first_port == 0) {
    address.port_kind = server.address.port_kind;
    address.first_port = address.last_port = server.address.first_port;
  }
  return address;
}

class Destinations {
 public:
  void add(const Address& address, Purpose purpose, std::string owner, const haproxy::Origin& origin) {
    if (!is_ip(address)) return;
    DestinationDemand& added = found_.emplace_back();
    added.ip = address.ip;
    if (!address.ip) added.host = address.text;
    added.port = address.port_kind == PortKind::fixed ? address.first_port : std::uint16_t{0};
    added.transport = address.transport;
    added.purpose = purpose;
    added.owner = std::move(owner);
    added.origin = origin;
  }

  /// Each once, with the first line that asks for it.
  std::vector<DestinationDemand> distinct() && {
    const auto key = [](const DestinationDemand& d) { return std::tie(d.ip, d.host, d.port, d.transport, d.purpose); };
    std::stable_sort(found_.begin(), found_.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    found_.erase(
        std::unique(found_.begin(), found_.end(), [&](const auto& a, const auto& b) { return key(a) == key(b); }),
        found_.end());
    return std::move(found_);
  }

 private:
  std::vector<DestinationDemand> found_;
};

void add_servers(const Proxy& proxy, Destinations& destinations) {
  for (const Server& server : proxy.servers) {
    const std::string owner = "server " + proxy.name + "/" + server.name;
    destinations.add(server.address, Purpose::server, owner, server.origin);
    if (const auto check = check_address(proxy, server)) {
      destinations.add(*check, Purpose::health_check, owner, server.origin);
    }
    if (const auto agent = agent_address(server)) {
      destinations.add(*agent, Purpose::agent_check, owner, server.origin);
    }
  }
}

void add_logs(const std::vector<haproxy::LogTarget>& logs, const std::string& owner, Destinations& destinations) {
  for (const auto& target : logs) {
    if (target.sink == haproxy::LogSink::address) {
      destinations.add(target.address, Purpose::log, owner, target.origin);
    }
  }
}

void add_named(const std::vector<haproxy::NamedAddress>& addresses, Purpose purpose, const std::string& owner,
               Destinations& destinations) {
  for (const auto& each : addresses) destinations.add(each.address, purpose, owner + "/" + each.name, each.origin);
}

void add_sections(const Scope& scope, Destinations& destinations) {
  const auto& config = scope.config;
  add_logs(config.global.logs, "global", destinations);
  for (const auto& peers : config.peers) {
    if (peers.disabled || !is_local(peers, scope)) continue;
    add_named(peers.remotes, Purpose::peer, "peers " + peers.name, destinations);
    add_logs(peers.logs, "peers " + peers.name, destinations);
  }
  for (const auto& resolvers : config.resolvers) {
    add_named(resolvers.nameservers, Purpose::nameserver, "resolvers " + resolvers.name, destinations);
  }
  for (const auto& mailers : config.mailers) {
    if (mailers.used) add_named(mailers.mailers, Purpose::mailer, "mailers " + mailers.name, destinations);
  }
  for (const auto& ring : config.rings) {
    for (const Server& server : ring.servers) {
      destinations.add(server.address, Purpose::log, "ring " + ring.name + "/" + server.name, server.origin);
    }
  }
}

}  // namespace

std::string destination_text(const Address& address) {
  if (address.ip) return endpoint(*address.ip, address.first_port);
  return address.text + ":" + std::to_string(address.first_port);
}

bool takes_a_port(const Address& address) {
  return is_ip(address) && address.port_kind == PortKind::fixed && address.first_port != 0 &&
         address.transport == haproxy::Transport::stream;
}

std::optional<Address> check_address(const Proxy& proxy, const Server& server) {
  const ServerSettings& settings = server.settings;
  if (!settings.check || proxy.checks_externally) return std::nullopt;
  return checked(server, settings.check_address, settings.check_port);
}

std::optional<Address> agent_address(const Server& server) {
  const ServerSettings& settings = server.settings;
  if (!settings.agent_check) return std::nullopt;
  const auto& address = settings.agent_address ? settings.agent_address : settings.check_address;
  return checked(server, address, settings.agent_port ? settings.agent_port : settings.check_port);
}

std::vector<DestinationDemand> destinations(const Scope& scope) {
  Destinations found;
  for (const Proxy& proxy : scope.config.proxies) {
    if (proxy.disabled) continue;
    add_servers(proxy, found);
    add_logs(proxy.logs, proxy.name, found);
  }
  add_sections(scope, found);
  return std::move(found).distinct();
}

}  // namespace preflight::demand

namespace preflight {

std::string_view to_string(DestinationDemand::Purpose purpose) {
  // in the order of the enumeration
  static constexpr std::array<std::string_view, 7> kWords = {"server", "health_check", "agent_check", "peer",
                                                             "log",    "nameserver",   "mailer"};
  return kWords.at(static_cast<std::size_t>(purpose));
}

}  // namespace preflight
