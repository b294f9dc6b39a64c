// SPDX-License-Identifier: Apache-2.0
// A dump of listeners costs nothing per connection; a dump of connections costs 3 ms per thousand. So connections are
// asked for only where a wanted port lies inside the local port range, or haproxy holds enough descriptors that a
// tuple could be busy.
#include "probes/network.h"

#include <algorithm>
#include <map>
#include <set>

#include "probes/linux/interfaces.h"
#include "probes/wanted.h"

namespace preflight {
namespace {

using namespace std::chrono_literals;

constexpr auto kStandardSample = 2s;
constexpr std::uint32_t kAnyState = UINT32_MAX;
constexpr std::size_t kMostFilteredPorts = 64;  // beyond, the kernel's filter costs more than it saves

bool needs(const CollectRequest& request, Need need) { return request.needs.count(need) != 0; }

std::vector<pid_t> pids_of(const std::vector<const haproxy::InstanceFacts*>& instances) {
  std::vector<pid_t> pids;
  for (const auto* instance : instances) {
    for (const auto& member : instance->processes) pids.push_back(member.process.pid);
  }
  return pids;
}

/// Few ports are filtered by the kernel, more by us.
template <typename Ports>
std::vector<std::uint16_t> filter_of(const Ports& ports) {
  if (ports.size() > kMostFilteredPorts) return {};
  return {ports.begin(), ports.end()};
}

std::vector<std::uint16_t> list_of(const PortSet& ports) {
  std::vector<std::uint16_t> list;
  for (std::uint32_t from = 0; from <= UINT16_MAX; from = list.back() + 1U) {
    const auto port = ports.first_in({static_cast<std::uint16_t>(from), UINT16_MAX});
    if (!port) break;
    list.push_back(*port);
  }
  return list;
}

/// Connections whose local port a configuration wants to listen on, where the kernel may hand it to somebody and
/// nobody listens yet: what a listener accepted has its port too.
Result<std::vector<SocketEntry>> squatters(const HostView& host, const WantedPorts& wanted,
                                           const NetworkFacts& network) {
  auto open = outgoing_ports(network.sysctls);
  if (!open) return tl::make_unexpected(open.error());
  open->keep(wanted.tcp);
  for (const auto& socket : *network.tcp_listeners) open->remove(socket.local_port);
  if (open->empty()) return std::vector<SocketEntry>{};
  auto found = host.sockets(network.netns, {Protocol::tcp, kConnectedStates, filter_of(list_of(*open)), {}, false});
  if (!found) return found;
  const auto other = [&](const SocketEntry& socket) { return !open->contains(socket.local_port); };
  found->erase(std::remove_if(found->begin(), found->end(), other), found->end());
  return found;
}

std::vector<PortUser> with_owners(const HostView& host, const std::vector<SocketEntry>& sockets,
                                  const std::vector<pid_t>& own, std::chrono::milliseconds deadline) {
  std::set<std::uint64_t> inodes;
  for (const auto& socket : sockets) {
    if (socket.inode != 0) inodes.insert(socket.inode);
  }
  SocketOwners found;
  if (!inodes.empty()) found = host.owners({inodes.begin(), inodes.end()}, own, deadline);
  std::map<std::uint64_t, std::vector<SocketOwner>> by_inode;
  for (auto& owner : found.owners) by_inode[owner.inode].push_back(std::move(owner));
  std::vector<PortUser> users;
  users.reserve(sockets.size());
  for (const auto& socket : sockets) {
    const auto owners = by_inode.find(socket.inode);
    const bool known = socket.inode != 0 && owners != by_inode.end();
    users.push_back({socket, known ? owners->second : std::vector<SocketOwner>{}, found.complete});
  }
  return users;
}

Result<std::vector<PortUser>> port_users(const HostView& host, const WantedPorts& wanted, const std::vector<pid_t>& own,
                                         const CollectRequest& request, const NetworkFacts& network) {
  if (!network.tcp_listeners) return tl::make_unexpected(network.tcp_listeners.error());
  std::vector<SocketEntry> sockets;
  for (const auto& socket : *network.tcp_listeners) {
    if (wanted.has(Protocol::tcp, socket.local_port)) sockets.push_back(socket);
  }
  if (!wanted.udp.empty()) {
    if (!network.udp_sockets) return tl::make_unexpected(network.udp_sockets.error());
    for (const auto& socket : *network.udp_sockets) {
      if (wanted.has(Protocol::udp, socket.local_port)) sockets.push_back(socket);
    }
  }
  auto clients = squatters(host, wanted, network);
  if (!clients) return tl::make_unexpected(clients.error());
  sockets.insert(sockets.end(), clients->begin(), clients->end());
  return with_owners(host, sockets, own, request.owners_deadline);
}

/// How many connections haproxy holds at most: it needs a descriptor for each.
std::optional<std::int64_t> most_open(const std::vector<const haproxy::InstanceFacts*>& instances) {
  std::int64_t open = 0;
  for (const auto* instance : instances) {
    for (const auto& member : instance->processes) {
      if (!member.process.open_descriptors) return std::nullopt;
      open += static_cast<std::int64_t>(*member.process.open_descriptors);
    }
  }
  return open;
}

/// Whether some tuple could hold more than a share of its source ports. haproxy cannot have more connections than
/// descriptors, and sockstat counts TIME_WAIT without looking at each: below these bounds no dump is needed.
bool may_be_busy(const std::vector<const haproxy::InstanceFacts*>& instances, const WantedPorts& wanted,
                 const NetworkFacts& network) {
  const auto ports = outgoing_ports(network.sysctls);
  const auto open = most_open(instances);
  if (!ports || !open || !network.sockstat) return true;
  const std::int64_t usable = std::min<std::int64_t>(ports->size(), wanted.smallest_source_range.value_or(UINT16_MAX));
  const std::int64_t waiting = network.sockstat->get("TCP.tw").value_or(0);
  if ((*open + waiting) * 100 > usable * kBusyPercent) return true;
  return wanted.tcp_mode && waiting * 100 > usable * kTimeWaitPercent;
}

bool dropped(const NetworkFacts& network) {
  if (network.tcp_listeners) {
    for (const auto& listener : *network.tcp_listeners) {
      if (listener.drops.value_or(0) != 0) return true;
    }
  }
  const bool queues = network.netstat && network.netstat->get("ListenDrops").value_or(0) != 0;
  return queues || (network.conntrack && network.conntrack->get("drop").value_or(0) != 0);
}

Result<std::vector<SocketEntry>> listeners(const HostView& host, Netns netns) {
  return host.sockets(netns, {Protocol::tcp, states({SocketState::listen}), {}, {}, true});
}

}  // namespace

void read_network(const HostView& host, const CollectRequest& request, NetworkFacts& network) {
  std::vector<std::string_view> keys;
  for (const auto& key : request.sysctls) {
    if (key.rfind("net.", 0) == 0) keys.push_back(key);
  }
  network.sysctls = read_sysctls(host, network.netns, keys);
  if (needs(request, Need::listeners) || needs(request, Need::port_users)) {
    network.tcp_listeners = listeners(host, network.netns);
    network.udp_sockets = host.sockets(network.netns, {Protocol::udp, kAnyState, {}, {}, false});
  }
  if (needs(request, Need::netstat)) network.netstat = read_netstat(host, network.netns);
  if (needs(request, Need::sockstat)) network.sockstat = read_sockstat(host, network.netns);
  if (needs(request, Need::conntrack)) network.conntrack = read_conntrack(host, network.netns);
}

void read_wanted(const HostView& host, const CollectRequest& request,
                 const std::vector<const haproxy::InstanceFacts*>& instances, NetworkFacts& network) {
  const auto wanted = wanted_ports(instances);
  if (needs(request, Need::port_users)) {
    network.port_users = port_users(host, wanted, pids_of(instances), request, network);
  }
  if (needs(request, Need::local_addresses)) {
    for (const auto& address : wanted.addresses) {
      network.local_addresses.emplace(address, host.is_local(network.netns, address));
    }
  }
  if (needs(request, Need::interfaces) && wanted.interfaces) {
    network.interfaces = read_interfaces(host, network.netns);
  }
  if (needs(request, Need::outgoing) && !wanted.destination_ports.empty() && may_be_busy(instances, wanted, network)) {
    const auto& ports = wanted.destination_ports;
    network.outgoing = host.sockets(network.netns, {Protocol::tcp, kConnectedStates, {}, filter_of(ports), false});
  }
}

void read_sample(const HostView& host, const CollectRequest& request, bool running, NetworkFacts& network) {
  const auto apart = request.sample                ? *request.sample
                     : running && dropped(network) ? std::chrono::milliseconds(kStandardSample)
                                                   : std::chrono::milliseconds(0);
  if (apart.count() == 0) return;
  host.wait(apart);
  network.sample.apart = apart;
  if (needs(request, Need::netstat)) network.sample.netstat = read_netstat(host, network.netns);
  if (needs(request, Need::listeners)) network.sample.listeners = listeners(host, network.netns);
  if (needs(request, Need::conntrack)) network.sample.conntrack = read_conntrack(host, network.netns);
}

}  // namespace preflight
