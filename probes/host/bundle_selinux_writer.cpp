// SPDX-License-Identifier: Apache-2.0
// Names come out of a compiled policy, where they are plain words: one that is not is replaced, not refused.
#include "probes/host/bundle_selinux.h"
#include "probes/host/bundle_words.h"

namespace preflight::bundle {
namespace {

using Written = nlohmann::ordered_json;

/// "tcp 80-80 http_port_t".
std::string line_of(const selinux::PortRecord& port) {
  return std::string(kProtocolWords.at(static_cast<std::size_t>(port.protocol))) + " " + std::to_string(port.low) +
         "-" + std::to_string(port.high) + " " + port.type;
}

template <typename Items, typename Describe>
Written each(const Items& items, Describe&& describe) {
  Written list = Written::array();
  for (const auto& item : items) list.push_back(describe(item));
  return list;
}

Written value(const std::map<std::string, bool, std::less<>>& booleans) {
  Written object = Written::object();
  for (const auto& [name, on] : booleans) object[name] = on;
  return object;
}

Written value(const selinux::TypesByAccess& types) {
  Written object = Written::object();
  for (const auto& [access, names] : types)
    object[std::string(kAccessWords.at(static_cast<std::size_t>(access)))] = names;
  return object;
}

Written value(const selinux::BooleanEffect& boolean) {
  return {{"name", boolean.name},
          {"value", boolean.value},
          {"gained", value(boolean.gained)},
          {"lost", value(boolean.lost)},
          {"port_grants", boolean.port_grants},
          {"other_grants", boolean.other_grants}};
}

Written value(const selinux::DomainRules& rules) {
  return {{"domain", rules.domain},
          {"permissive", rules.permissive},
          {"allowed", value(rules.allowed)},
          {"booleans", each(rules.booleans, [](const auto& boolean) { return value(boolean); })}};
}

Written value(const selinux::NodeRecord& node) {
  return {{"address", to_string(node.address)}, {"mask", to_string(node.mask)}, {"type", node.type}};
}

Written users_of(const selinux::PolicyAnswer& answer) {
  Written object = Written::object();
  for (const auto& [type, users] : answer.users) {
    object[type] = {{"tcp_bind", users.tcp_bind}, {"tcp_connect", users.tcp_connect}, {"udp_bind", users.udp_bind}};
  }
  return object;
}

}  // namespace

Written question(const selinux::PolicyQuestion& asked) {
  const auto subject = [](const selinux::Subject& each) {
    return Written{{"context", each.context}, {"executable", each.executable}};
  };
  return {{"path", asked.path},
          {"subjects", each(asked.subjects, subject)},
          {"edit", {{"booleans", value(asked.edit.booleans)}, {"ports", each(asked.edit.ports, line_of)}}}};
}

Written value(const selinux::PolicyAnswer& answer) {
  return {{"version", answer.version},
          {"booleans", value(answer.booleans)},
          {"ports", each(answer.ports, line_of)},
          {"nodes", each(answer.nodes, [](const auto& node) { return value(node); })},
          {"port_type", answer.port_type},
          {"node_type", answer.node_type},
          {"permissive", answer.permissive},
          {"users", users_of(answer)},
          {"domains", each(answer.domains, [](const auto& rules) { return value(rules); })}};
}

}  // namespace preflight::bundle
