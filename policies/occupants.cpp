// SPDX-License-Identifier: Apache-2.0
// What a listener accepted has the listener's port and inherits its SO_REUSEADDR: such a connection is in nobody's way.
#include "policies/occupants.h"

#include <algorithm>
#include <set>

#include "policies/listening.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

std::set<pid_t> pids_of(const haproxy::InstanceFacts& instance) {
  std::set<pid_t> pids;
  for (const auto& member : instance.processes) pids.insert(member.process.pid);
  return pids;
}

bool held_by(const PortUser& user, const std::set<pid_t>& pids) {
  return std::any_of(user.owners.begin(), user.owners.end(),
                     [&](const SocketOwner& owner) { return pids.count(owner.pid) != 0; });
}

/// Before listeners of higher ports, and listeners before connections.
bool before(const PortUser* a, const PortUser* b) {
  if (a->socket.local_port != b->socket.local_port) return a->socket.local_port < b->socket.local_port;
  return is_listening(a->socket) && !is_listening(b->socket);
}

/// Takes out the connections that a listener on the same port accepted. `users` are sorted.
void drop_accepted(std::vector<const PortUser*>& users) {
  std::vector<const PortUser*> kept;
  std::vector<const PortUser*> listeners;  // of the port at hand
  for (const auto* user : users) {
    const auto& socket = user->socket;
    if (!listeners.empty() && listeners.front()->socket.local_port != socket.local_port) listeners.clear();
    const bool accepted = std::any_of(listeners.begin(), listeners.end(), [&](const PortUser* listener) {
      return listener->socket.protocol == socket.protocol && covers(listener->socket, socket.local);
    });
    if (is_listening(socket)) {
      listeners.push_back(user);
    } else if (accepted) {
      continue;
    }
    kept.push_back(user);
  }
  users = std::move(kept);
}

/// Both bound to a device, to different ones perhaps: then they do not meet.
bool may_be_apart(const haproxy::Bind& bind, const SocketEntry& socket) {
  return bind.interface && socket.interface != 0;
}

}  // namespace

Occupants::Occupants(const std::vector<PortUser>& users, const haproxy::InstanceFacts& instance) {
  by_port_.reserve(users.size());
  for (const auto& user : users) by_port_.push_back(&user);
  std::stable_sort(by_port_.begin(), by_port_.end(), before);
  drop_accepted(by_port_);
  const auto own = pids_of(instance);
  std::erase_if(by_port_, [&](const PortUser* user) {
    if (!held_by(*user, own)) return false;
    if (is_listening(user->socket) && !own_uid_) own_uid_ = user->socket.uid;
    return true;
  });
}

std::vector<const PortUser*> Occupants::in_the_way(const haproxy::Bind& bind, bool bindv6only) const {
  std::vector<const PortUser*> found;
  const auto& address = bind.address;
  const auto below = [](const PortUser* user, std::uint16_t port) { return user->socket.local_port < port; };
  for (auto at = std::lower_bound(by_port_.begin(), by_port_.end(), address.first_port, below);
       at != by_port_.end() && (*at)->socket.local_port <= address.last_port; ++at) {
    const auto& socket = (*at)->socket;
    if (may_be_apart(bind, socket)) continue;
    if (address.ip ? overlaps(bind, socket, bindv6only) : protocol_of(bind) == socket.protocol) found.push_back(*at);
  }
  return found;
}

std::optional<std::uint32_t> starter_uid(const haproxy::InstanceFacts& instance, const Occupants& occupants) {
  if (occupants.own_uid()) return occupants.own_uid();
  if (instance.unit) {
    const auto& user = instance.unit->user;
    if (user.empty() || user == "root") return 0;
    const auto number = parse_integer(user);
    return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
  }
  const auto* head = instance.head();
  return head != nullptr ? head->uid : 0;
}

}  // namespace preflight
