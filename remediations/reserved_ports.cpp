// SPDX-License-Identifier: Apache-2.0
// A wider range without this breaks the next start of any of these listeners, now and then.
#include "remediations/reserved_ports.h"

#include <algorithm>

#include "remediations/remedy.h"

namespace preflight {
namespace {

void add_binds(PortSet& ports, const NetworkFacts& network, const Case& scene) {
  for (const auto& demand : scene.demand.instances) {
    if (demand.instance->netns != network.netns) continue;
    for (const auto& port : demand.ports) {
      if (port.bind->network_namespace) continue;
      ports.add(PortRange{port.bind->address.first_port, port.bind->address.last_port});
    }
  }
}

}  // namespace

Result<const NetworkFacts*> our_network(const Facts& facts, const std::string& about) {
  const auto found = std::find_if(facts.networks.begin(), facts.networks.end(),
                                  [](const NetworkFacts& network) { return network.netns == Netns{}; });
  if (found == facts.networks.end()) return for_a_person(about, "haproxy lives in another network namespace");
  return &*found;
}

std::string spelled(const PortSet& ports) {
  constexpr std::uint32_t kPorts = 65536;
  std::string text;
  for (std::uint32_t port = 0; port < kPorts; ++port) {
    if (!ports.contains(static_cast<std::uint16_t>(port))) continue;
    auto last = port;
    while (last + 1 < kPorts && ports.contains(static_cast<std::uint16_t>(last + 1))) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(port) + (last == port ? "" : "-" + std::to_string(last));
    port = last;
  }
  return text;
}

Result<SettingAim> reservation_for(PortRange range, const NetworkFacts& network, const Case& scene) {
  const auto reserved = network.sysctls.ranges(kReservedPorts);
  if (!reserved) return tl::make_unexpected(reserved.error());
  const auto present = network.sysctls.range(kLocalPortRange);
  if (!present) return tl::make_unexpected(present.error());
  if (!network.tcp_listeners) return tl::make_unexpected(network.tcp_listeners.error());
  if (!network.udp_sockets) return tl::make_unexpected(network.udp_sockets.error());
  PortSet wanted;
  add_binds(wanted, network, scene);
  for (const auto& listener : *network.tcp_listeners) wanted.add(listener.local_port);
  for (const auto& socket : *network.udp_sockets) {
    if (!present->contains(socket.local_port)) wanted.add(socket.local_port);
  }
  PortSet inside;
  inside.add(range);
  wanted.keep(inside);
  for (const auto& kept : *reserved) wanted.add(kept);
  return SettingAim{std::string(kReservedPorts), spelled(wanted), AimRule::exactly};
}

}  // namespace preflight
