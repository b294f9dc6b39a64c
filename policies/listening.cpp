// SPDX-License-Identifier: Apache-2.0
// The kernel's rule (inet_csk_bind_conflict): the same port conflicts where the addresses overlap.
#include "policies/listening.h"

#include <algorithm>

namespace preflight {
namespace {

struct Claim {
  IpAddress address;
  bool dual = false;  // an IPv6 wildcard that takes IPv4 too
};

bool overlap(const Claim& a, const Claim& b) {
  if (a.address.family == b.address.family) {
    return a.address.is_any() || b.address.is_any() || a.address == b.address;
  }
  const Claim& six = a.address.family == IpFamily::v6 ? a : b;
  return six.address.is_any() && six.dual;
}

bool has_port(const haproxy::Bind& bind, std::uint16_t port) {
  const auto& address = bind.address;
  return address.port_count() != 0 && address.first_port <= port && port <= address.last_port;
}

std::string one_owner(const SocketOwner& owner) {
  return owner.command + " (pid " + std::to_string(owner.pid) + (owner.unit.empty() ? "" : ", " + owner.unit) + ")";
}

}  // namespace

Protocol protocol_of(const haproxy::Bind& bind) {
  return bind.address.transport == haproxy::Transport::stream ? Protocol::tcp : Protocol::udp;
}

std::string_view to_string(Protocol protocol) { return protocol == Protocol::tcp ? "tcp" : "udp"; }

std::string endpoint_of(const haproxy::Bind& bind) {
  const auto& address = bind.address;
  std::string text =
      address.ip ? endpoint(*address.ip, address.first_port) : address.text + ":" + std::to_string(address.first_port);
  if (address.last_port != address.first_port) text += "-" + std::to_string(address.last_port);
  return text;
}

Subject subject_of(const haproxy::Bind& bind) { return subject::bind(to_string(protocol_of(bind)), endpoint_of(bind)); }

Subject subject_of(const SocketEntry& socket) {
  return subject::bind(to_string(socket.protocol), endpoint(socket.local, socket.local_port));
}

bool beyond_loopback(const haproxy::Bind& bind) {
  const auto& address = bind.address;
  if (bind.interface && bind.interface->value == "lo") return false;
  if (address.kind == haproxy::AddressKind::hostname) return address.text != "localhost";
  return address.ip && !address.ip->is_loopback();
}

bool is_dual(const haproxy::Bind& bind, bool bindv6only) {
  const auto& ip = bind.address.ip;
  if (!ip || ip->family != IpFamily::v6 || !ip->is_any() || bind.v6only) return false;
  return bind.v4v6 || !bindv6only;
}

bool overlaps(const haproxy::Bind& bind, const SocketEntry& socket, bool bindv6only) {
  if (protocol_of(bind) != socket.protocol || !bind.address.ip || !has_port(bind, socket.local_port)) return false;
  // A socket bound to ::ffff:127.0.0.1 holds the port of 127.0.0.1.
  return overlap({without_mapping(*bind.address.ip), is_dual(bind, bindv6only)},
                 {without_mapping(socket.local), !socket.v6only});
}

bool is_listening(const SocketEntry& socket) {
  const bool unconnected = socket.protocol == Protocol::udp && socket.state == SocketState::close;
  return unconnected || socket.state == SocketState::listen;
}

bool covers(const SocketEntry& listener, const IpAddress& local) {
  return overlap({listener.local, !listener.v6only}, {local, false});
}

bool owned_by(const PortUser& user, const haproxy::InstanceFacts& instance) {
  return std::any_of(user.owners.begin(), user.owners.end(), [&](const SocketOwner& owner) {
    return std::any_of(instance.processes.begin(), instance.processes.end(),
                       [&](const auto& member) { return member.process.pid == owner.pid; });
  });
}

std::string owners_text(const PortUser& user) {
  if (user.owners.empty()) return user.owners_complete ? "a socket without a process" : "a process that is not visible";
  std::string text;
  for (const auto& owner : user.owners) text += (text.empty() ? "" : ", ") + one_owner(owner);
  return text;
}

}  // namespace preflight
