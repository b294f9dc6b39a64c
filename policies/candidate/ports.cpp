// SPDX-License-Identifier: Apache-2.0
// Ports are compared as sets, for a bind may take thousands of them and two configurations may cut ranges differently.
#include <map>
#include <tuple>

#include "policies/candidate/parts.h"
#include "policies/listening.h"
#include "probes/linux/port_set.h"

namespace preflight::candidate {
namespace {

std::string text_of(const std::optional<haproxy::Text>& text) { return text ? text->value : std::string(); }

/// Where a socket listens, but for the port.
using Place = std::tuple<Protocol, std::string, std::string>;  // protocol, address, namespace
/// What else must be equal for it to be handed on.
using Options = std::tuple<std::string, bool, bool, bool>;  // interface, transparent, v4v6, v6only

Place place_of(const haproxy::Bind& bind) {
  const auto& address = bind.address;
  return {protocol_of(bind), address.ip ? to_string(*address.ip) : address.text, text_of(bind.network_namespace)};
}

Options options_of(const haproxy::Bind& bind) {
  return {text_of(bind.interface), bind.transparent, bind.v4v6, bind.v6only};
}

/// The ports of one configuration.
class Ports {
 public:
  explicit Ports(const InstanceDemand& demand) {
    for (const auto& port : demand.ports) {
      const PortRange range{port.bind->address.first_port, port.bind->address.last_port};
      at_[place_of(*port.bind)].add(range);
      with_options_[{place_of(*port.bind), options_of(*port.bind)}].add(range);
    }
  }

  /// The ports of a bind that are not listened on here.
  [[nodiscard]] PortSet missing(const haproxy::Bind& bind) const { return without(bind, at_, place_of(bind)); }
  /// Those that are not, or with other options.
  [[nodiscard]] PortSet not_the_same(const haproxy::Bind& bind) const {
    return without(bind, with_options_, {place_of(bind), options_of(bind)});
  }

 private:
  template <typename Map>
  static PortSet without(const haproxy::Bind& bind, const Map& known, const typename Map::key_type& key) {
    PortSet ports;
    ports.add({bind.address.first_port, bind.address.last_port});
    if (const auto found = known.find(key); found != known.end()) ports.remove(found->second);
    return ports;
  }

  std::map<Place, PortSet> at_;
  std::map<std::pair<Place, Options>, PortSet> with_options_;
};

void add(std::vector<PortChange>& changes, PortFate fate, const PortDemand& port, std::int64_t count) {
  if (count != 0) changes.push_back({fate, endpoint_of(*port.bind), count, port.owner, port.bind->origin});
}

}  // namespace

std::vector<PortChange> port_changes(const InstanceDemand& now, const InstanceDemand& then) {
  const Ports before(now);
  const Ports after(then);
  std::vector<PortChange> changes;
  for (const auto& port : then.ports) {
    const auto opened = before.missing(*port.bind).size();
    add(changes, PortFate::opened, port, opened);
    add(changes, PortFate::reopened, port, before.not_the_same(*port.bind).size() - opened);
  }
  for (const auto& port : now.ports) add(changes, PortFate::closed, port, after.missing(*port.bind).size());
  return changes;
}

bool same_socket(const haproxy::Bind& now, const haproxy::Bind& then) {
  return place_of(now) == place_of(then) && options_of(now) == options_of(then) &&
         now.address.first_port == then.address.first_port;
}

}  // namespace preflight::candidate
