// SPDX-License-Identifier: Apache-2.0
// A socket is the same in both samples if its inode is; listeners are found by address and port.
#include "policies/open_listeners.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "policies/listening.h"

namespace preflight {
namespace {

using Place = std::tuple<IpAddress, std::uint32_t>;

Place place_of(const OpenListener& listener) { return {listener.first->local, listener.first->local_port}; }

bool before(const OpenListener& a, const OpenListener& b) { return place_of(a) < place_of(b); }

}  // namespace

std::optional<std::uint32_t> OpenListener::new_drops() const {
  if (later == nullptr || !first->drops || !later->drops || *later->drops < *first->drops) return std::nullopt;
  return *later->drops - *first->drops;
}

Result<OpenListeners> OpenListeners::of(const NetworkFacts& network) {
  if (!network.tcp_listeners) return tl::make_unexpected(network.tcp_listeners.error());
  std::unordered_map<std::uint64_t, const SocketEntry*> later;
  if (network.sample.listeners) {
    for (const auto& socket : *network.sample.listeners) later.emplace(socket.inode, &socket);
  }
  OpenListeners listeners;
  for (const auto& socket : *network.tcp_listeners) {
    const auto again = later.find(socket.inode);
    listeners.sorted_.push_back({&socket, again == later.end() ? nullptr : again->second});
  }
  std::sort(listeners.sorted_.begin(), listeners.sorted_.end(), before);
  return listeners;
}

std::vector<OpenListener> OpenListeners::at(const haproxy::Bind& bind) const {
  const auto& address = bind.address;
  if (protocol_of(bind) != Protocol::tcp || !address.ip || address.port_count() == 0) return {};
  const auto below = [](const OpenListener& listener, const Place& place) { return place_of(listener) < place; };
  const auto find = [&](std::uint32_t port) {
    return std::lower_bound(sorted_.begin(), sorted_.end(), Place{*address.ip, port}, below);
  };
  return {find(address.first_port), find(address.last_port + 1U)};
}

}  // namespace preflight
