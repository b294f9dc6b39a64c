// SPDX-License-Identifier: Apache-2.0
// The kernel's way from a port to its type: the first record that holds it, else the initial context of ports.
#include "probes/linux/selinux_policy.h"

#include <algorithm>
#include <array>
#include <utility>

namespace preflight::selinux {
namespace {

bool holds_address(const NodeRecord& node, const IpAddress& address) {
  if (node.address.family != address.family) return false;
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    if ((address.bytes.at(i) & node.mask.bytes.at(i)) != node.address.bytes.at(i)) return false;
  }
  return true;
}

void merge(TypesByAccess& into, const TypesByAccess& gained, const TypesByAccess& lost) {
  for (const auto& [access, types] : lost) {
    for (const auto& type : types) into[access].erase(type);
    if (into[access].empty()) into.erase(access);
  }
  for (const auto& [access, types] : gained) into[access].insert(types.begin(), types.end());
}

void flip(DomainRules& rules, const std::string& name, bool value) {
  for (auto& boolean : rules.booleans) {
    if (boolean.name != name || boolean.value == value) continue;
    merge(rules.allowed, boolean.gained, boolean.lost);
    std::swap(boolean.gained, boolean.lost);
    boolean.value = value;
    boolean.port_grants = boolean.other_grants = 0;
  }
}

}  // namespace

std::string_view class_of(Access access) {
  static constexpr std::array<std::string_view, kAccesses> kClasses = {"tcp_socket", "tcp_socket", "udp_socket",
                                                                       "tcp_socket", "udp_socket", "capability"};
  return kClasses.at(static_cast<std::size_t>(access));
}

std::string_view permission_of(Access access) {
  static constexpr std::array<std::string_view, kAccesses> kPermissions = {
      "name_bind", "name_connect", "name_bind", "node_bind", "node_bind", "net_bind_service"};
  return kPermissions.at(static_cast<std::size_t>(access));
}

const PortRecord* PolicyAnswer::record_of(Protocol protocol, std::uint16_t port) const {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const PortRecord& record) {
    return record.protocol == protocol && record.low <= port && port <= record.high;
  });
  return found == ports.end() ? nullptr : &*found;
}

const std::string& PolicyAnswer::type_of(Protocol protocol, std::uint16_t port) const {
  const auto* const record = record_of(protocol, port);
  return record == nullptr ? port_type : record->type;
}

const std::string& PolicyAnswer::type_of(const IpAddress& address) const {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const NodeRecord& node) { return holds_address(node, address); });
  return found == nodes.end() ? node_type : found->type;
}

PolicyAnswer supposed(PolicyAnswer answer, const PolicyEdit& edit) {
  for (const auto& [name, value] : edit.booleans) {
    answer.booleans.insert_or_assign(name, value);
    for (auto& rules : answer.domains) flip(rules, name, value);
  }
  answer.ports.insert(answer.ports.begin(), edit.ports.begin(), edit.ports.end());
  return answer;
}

}  // namespace preflight::selinux
