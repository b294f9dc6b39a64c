// SPDX-License-Identifier: Apache-2.0
// "lbpreflight.facts/1": the snapshot as it was read, each fact a value or the error that stands in its place.
#include <utility>

#include "agent/report/json.h"
#include "agent/report/json_boot.h"
#include "agent/report/json_haproxy.h"
#include "agent/report/json_parts.h"
#include "agent/report/json_selinux.h"

namespace preflight {
namespace {

using json::Json;

/// A list of what `describe` makes of each item, or the error.
template <typename T, typename Describe>
Json list_of(const Result<std::vector<T>>& items, Describe&& describe) {
  if (!items) return json::absent(items.error());
  Json list = Json::array();
  for (const auto& item : *items) list.push_back(describe(item));
  return list;
}

Json sysctls_of(const Sysctls& sysctls) {
  Json object = Json::object();
  for (const auto& [key, value] : sysctls.values) {
    object[key] = value ? Json{{"value", *value}} : json::absent(value.error());
  }
  return object;
}

Json counters_of(const Result<Counters>& counters) {
  if (!counters) return json::absent(counters.error());
  Json object = Json::object();
  for (const auto& [name, value] : counters->values) object[name] = value;
  return object;
}

Json socket_of(const SocketEntry& socket) {
  return {{"protocol", socket.protocol == Protocol::tcp ? "tcp" : "udp"},
          {"state", static_cast<int>(socket.state)},
          {"local", endpoint(socket.local, socket.local_port)},
          {"remote", endpoint(socket.remote, socket.remote_port)},
          {"interface", socket.interface},
          {"inode", socket.inode},
          {"uid", socket.uid},
          {"queue", socket.queue},
          {"queue_limit", socket.queue_limit},
          {"drops", socket.drops ? Json(*socket.drops) : Json()}};
}

Json user_of(const PortUser& user) {
  Json owners = Json::array();
  for (const auto& owner : user.owners) {
    owners.push_back({{"pid", owner.pid}, {"command", owner.command}, {"unit", json::optional_text(owner.unit)}});
  }
  return {{"socket", socket_of(user.socket)}, {"owners", std::move(owners)}, {"owners_complete", user.owners_complete}};
}

Json addresses_of(const std::map<IpAddress, Result<bool>>& addresses) {
  Json list = Json::array();
  for (const auto& [address, local] : addresses) {
    list.push_back({{"address", to_string(address)}, {"local", local ? Json(*local) : json::absent(local.error())}});
  }
  return list;
}

/// The second of two values, and how long after the first it was read; null when one was asked for.
Json sample_of(const Sample& sample) {
  if (sample.apart.count() == 0) return {};
  return {{"apart_ms", sample.apart.count()},
          {"netstat", counters_of(sample.netstat)},
          {"conntrack", counters_of(sample.conntrack)},
          {"listeners", list_of(sample.listeners, socket_of)}};
}

Json all_counters_of(const NetworkFacts& network) {
  return {{"netstat", counters_of(network.netstat)},
          {"sockstat", counters_of(network.sockstat)},
          {"conntrack", counters_of(network.conntrack)}};
}

/// Who can be connected or sent to: TCP listeners and unconnected UDP sockets, as `ss -tuln` lists them.
Json listeners_of(const NetworkFacts& network) {
  if (!network.tcp_listeners) return json::absent(network.tcp_listeners.error());
  if (!network.udp_sockets) return json::absent(network.udp_sockets.error());
  Json list = Json::array();
  for (const auto& socket : *network.tcp_listeners) list.push_back(socket_of(socket));
  for (const auto& socket : *network.udp_sockets) {
    if (socket.state == SocketState::close) list.push_back(socket_of(socket));
  }
  return list;
}

/// Null where no configuration names an interface.
Json interfaces_of(const NetworkFacts& network) {
  if (!network.interfaces) return {};
  return *network.interfaces ? Json(**network.interfaces) : json::absent(network.interfaces->error());
}

Json memory_of(const Result<Memory>& memory) {
  if (!memory) return json::absent(memory.error());
  return {{"total", memory->total}, {"available", memory->available}};
}

Json network_of(const NetworkFacts& network) {
  return {{"id", network.id},
          {"sysctl", sysctls_of(network.sysctls)},
          {"listeners", listeners_of(network)},
          {"port_users", list_of(network.port_users, user_of)},
          {"outgoing", network.outgoing ? list_of(*network.outgoing, socket_of) : Json()},
          {"local_addresses", addresses_of(network.local_addresses)},
          {"interfaces", interfaces_of(network)},
          {"counters", all_counters_of(network)},
          {"sample", sample_of(network.sample)}};
}

/// What `describe` makes of each item.
template <typename Items, typename Describe>
Json each(const Items& items, Describe&& describe) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(describe(item));
  return list;
}

/// The namespace most people mean: the first instance's.
const NetworkFacts& main_network(const Facts& facts) {
  static const NetworkFacts kNotRead;
  return facts.networks.empty() ? kNotRead : facts.networks.front();
}

/// Kernel settings of the host and of that namespace.
Json main_sysctls(const Facts& facts) {
  Json object = sysctls_of(facts.sysctls);
  object.update(sysctls_of(main_network(facts).sysctls));
  return object;
}

}  // namespace

std::string json_facts(const Facts& facts) {
  return json::bytes({{"schema", "lbpreflight.facts/1"},
                      {"tool", json::tool()},
                      {"host", json::host(facts.host)},
                      {"manager_nofile", facts.host.manager_nofile ? json::limits(*facts.host.manager_nofile) : Json()},
                      {"pam_nofile", list_of(facts.host.pam_nofile, json::pam_limit)},
                      {"memory", memory_of(facts.host.memory)},
                      {"sysctl", main_sysctls(facts)},
                      {"sysctl_boot", json::sysctl_boot(facts.sysctl_boot)},
                      {"sysctl_writers", json::sysctl_writers(facts.sysctl_writers)},
                      {"selinux", json::selinux(facts.selinux)},
                      {"instances", each(facts.instances, json::instance)},
                      {"units", each(facts.instances, json::unit)},
                      {"haproxy_config", each(facts.instances, json::haproxy_config)},
                      {"listeners", listeners_of(main_network(facts))},
                      {"counters", all_counters_of(main_network(facts))},
                      {"networks", each(facts.networks, network_of)},
                      {"blind_spots", each(facts.blind_spots, json::error)}});
}

}  // namespace preflight
