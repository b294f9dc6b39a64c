// SPDX-License-Identifier: Apache-2.0
// The kernel's rule (inet_csk_bind_conflict) for sockets that do not share their port.
#include "policies/overlapping_binds.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "policies/listening.h"
#include "probes/base/ip_address.h"
#include "probes/linux/port_set.h"

namespace preflight {
namespace {

class Overlaps {
 public:
  explicit Overlaps(bool bindv6only) : bindv6only_(bindv6only) {}

  /// Whether one of its ports is taken by a bind before this one.
  bool add(const haproxy::Bind& bind) {
    const IpAddress ip = without_mapping(*bind.address.ip);
    const std::string_view device = bind.interface ? std::string_view(bind.interface->value) : std::string_view();
    const PortRange range{bind.address.first_port, bind.address.last_port};
    bool met = meets(ip.family, ip, device, range);
    take(ip.family, ip, device, range);
    if (is_dual(bind, bindv6only_)) {
      met = meets(IpFamily::v4, ip, device, range) || met;
      take(IpFamily::v4, ip, device, range);
    }
    return met;
  }

 private:
  using Key = std::tuple<IpFamily, std::string, std::string>;  // of which family, which place, which device

  static constexpr const char* kWildcard = "*";
  static constexpr const char* kAnyAddress = "+";
  static constexpr const char* kAnyDevice = "*";
  /// As many places as a file may sensibly name; a hostile one has more.
  static constexpr std::size_t kMostPlaces = 512;

  bool meets(IpFamily family, const IpAddress& ip, std::string_view device, PortRange range) const {
    const std::string own(device);
    for (const auto& place : {std::string(kWildcard), ip.is_any() ? kAnyAddress : to_string(ip)}) {
      for (const auto& other : {std::string(), own.empty() ? kAnyDevice : own}) {
        const auto found = taken_.find(Key{family, place, other});
        if (found != taken_.end() && found->second.first_in(range)) return true;
      }
    }
    return false;
  }

  void take(IpFamily family, const IpAddress& ip, std::string_view device, PortRange range) {
    for (const auto& place : {std::string(ip.is_any() ? kWildcard : kAnyAddress), to_string(ip)}) {
      add_ports({family, place, std::string(device)}, range);
      if (!device.empty()) add_ports({family, place, kAnyDevice}, range);
      if (ip.is_any()) break;
    }
  }

  void add_ports(const Key& key, PortRange range) {
    if (taken_.size() < kMostPlaces || taken_.count(key) != 0) taken_[key].add(range);
  }

  bool bindv6only_;
  std::map<Key, PortSet> taken_;
};

/// In the order in which haproxy binds them: IPv6 first, and the global section before the proxies.
std::vector<const haproxy::Bind*> in_bind_order(const std::vector<PortDemand>& demands) {
  std::vector<const PortDemand*> order;
  for (const auto& port : demands) {
    const auto& bind = *port.bind;
    if (bind.address.ip && !bind.network_namespace && protocol_of(bind) == Protocol::tcp) order.push_back(&port);
  }
  std::stable_sort(order.begin(), order.end(), [](const PortDemand* a, const PortDemand* b) {
    const auto rank = [](const PortDemand& port) {
      const bool of_global = port.proxy == nullptr && port.owner == "stats socket";
      return std::make_pair(port.bind->address.ip->family != IpFamily::v6, !of_global);
    };
    return rank(*a) < rank(*b);
  });
  std::vector<const haproxy::Bind*> binds;
  binds.reserve(order.size());
  for (const auto* port : order) binds.push_back(port->bind);
  return binds;
}

}  // namespace

std::vector<const haproxy::Bind*> overlapping_binds(const std::vector<PortDemand>& demands, bool bindv6only) {
  std::vector<const haproxy::Bind*> found;
  Overlaps overlaps(bindv6only);
  for (const auto* bind : in_bind_order(demands)) {
    if (overlaps.add(*bind)) found.push_back(bind);
  }
  return found;
}

}  // namespace preflight
