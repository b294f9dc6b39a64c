// SPDX-License-Identifier: Apache-2.0
// Binds, stats sockets and peers of the configurations, without those in a network namespace of their own.
#include "probes/wanted.h"

#include <algorithm>

namespace preflight {
namespace {

void add_bind(WantedPorts& wanted, const haproxy::Bind& bind) {
  const auto& address = bind.address;
  wanted.interfaces = wanted.interfaces || bind.interface;
  if (bind.network_namespace || address.port_count() == 0) return;
  auto& ports = address.transport == haproxy::Transport::stream ? wanted.tcp : wanted.udp;
  ports.add({address.first_port, address.last_port});
  if (address.ip && !address.ip->is_any()) wanted.addresses.insert(*address.ip);
}

void add_source(WantedPorts& wanted, const haproxy::Server& server) {
  const auto& source = server.settings.source;
  if (!source || source->value.port_count() == 0) return;
  const auto ports = source->value.port_count();
  wanted.smallest_source_range = std::min(ports, wanted.smallest_source_range.value_or(ports));
}

void add_proxy(WantedPorts& wanted, const haproxy::Proxy& proxy) {
  if (proxy.disabled) return;
  for (const auto& bind : proxy.binds) add_bind(wanted, bind);
  wanted.interfaces = wanted.interfaces || proxy.source_interface;
  for (const auto& server : proxy.servers) {
    wanted.interfaces = wanted.interfaces || server.settings.source_interface;
    if (server.address.port_kind != haproxy::PortKind::fixed) continue;
    wanted.destination_ports.insert(server.address.first_port);
    add_source(wanted, server);
    wanted.tcp_mode = wanted.tcp_mode || proxy.mode == haproxy::Mode::tcp;
  }
}

}  // namespace

WantedPorts wanted_ports(const std::vector<const haproxy::InstanceFacts*>& instances) {
  WantedPorts wanted;
  for (const auto* instance : instances) {
    if (!instance->config) continue;
    for (const auto& proxy : instance->config->proxies) add_proxy(wanted, proxy);
    for (const auto& bind : instance->config->global.stats_sockets) add_bind(wanted, bind);
    for (const auto& peers : instance->config->peers) {
      for (const auto& bind : peers.binds) add_bind(wanted, bind);
    }
  }
  return wanted;
}

}  // namespace preflight
