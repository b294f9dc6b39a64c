// SPDX-License-Identifier: Apache-2.0
// What the policy lets haproxy do, by the types of ports; what a boolean would change; which ports were labelled here.
#include "agent/report/json_selinux.h"

#include <algorithm>
#include <utility>

namespace preflight::json {
namespace {

template <typename Items, typename Describe>
Json each(const Items& items, Describe&& describe) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(describe(item));
  return list;
}

template <typename T, typename Describe>
Json known(const Result<T>& fact, Describe&& describe) {
  return fact ? describe(*fact) : absent(fact.error());
}

std::string range_of(const selinux::PortRecord& port) {
  return std::to_string(port.low) + (port.low == port.high ? "" : "-" + std::to_string(port.high));
}

Json port_of(const selinux::PortRecord& port) {
  return {{"protocol", port.protocol == Protocol::tcp ? "tcp" : "udp"}, {"ports", range_of(port)}, {"type", port.type}};
}

/// In the kernel's order; `local` are the customisations.
Json ports_of(const SelinuxFacts& facts, const selinux::PolicyAnswer& policy) {
  return each(policy.ports, [&](const auto& port) {
    auto json = port_of(port);
    const bool read = facts.store && facts.store->ports;
    const auto local = [&] {
      const auto& ports = *facts.store->ports;
      return std::find(ports.begin(), ports.end(), port) != ports.end();
    };
    json["local"] = read ? Json(local()) : Json();
    return json;
  });
}

Json types_of(const selinux::TypesByAccess& types) {
  Json list = Json::array();
  for (const auto& [access, names] : types) {
    list.push_back(
        {{"class", selinux::class_of(access)}, {"permission", selinux::permission_of(access)}, {"types", names}});
  }
  return list;
}

Json boolean_of(const selinux::BooleanEffect& boolean) {
  return {{"name", boolean.name},
          {"value", boolean.value},
          {"gained", types_of(boolean.gained)},
          {"lost", types_of(boolean.lost)},
          {"port_grants", boolean.port_grants},
          {"other_grants", boolean.other_grants}};
}

Json rules_of(const selinux::DomainRules& rules) {
  return {{"domain", rules.domain},
          {"permissive", rules.permissive},
          {"allowed", types_of(rules.allowed)},
          {"booleans", each(rules.booleans, boolean_of)}};
}

Json booleans_of(const std::map<std::string, bool, std::less<>>& booleans) {
  Json object = Json::object();
  for (const auto& [name, value] : booleans) object[name] = value;
  return object;
}

/// Booleans that are another value after the next boot.
Json drift_of(const SelinuxFacts& facts) {
  Json object = Json::object();
  if (!facts.loaded || !facts.installed) return {};
  for (const auto& [name, value] : facts.loaded->booleans) {
    const auto after = facts.installed->booleans.find(name);
    if (after != facts.installed->booleans.end() && after->second != value) object[name] = value;
  }
  return object;
}

Json policy_of(const SelinuxFacts& facts, const selinux::PolicyAnswer& policy) {
  return {
      {"path", facts.question.path},     {"version", policy.version},        {"booleans", booleans_of(policy.booleans)},
      {"permissive", policy.permissive}, {"ports", ports_of(facts, policy)}, {"port_type", policy.port_type},
      {"node_type", policy.node_type}};
}

Json store_of(const SelinuxStore& store) {
  return {{"path", store.path},
          {"active", store.active},
          {"previous", store.previous},
          {"leftover", store.leftover},
          {"booleans", known(store.booleans, booleans_of)},
          {"ports", known(store.ports, [](const auto& ports) { return each(ports, port_of); })}};
}

Json subject_of(const selinux::Subject& subject) {
  return {{"context", subject.context}, {"executable", optional_text(subject.executable)}};
}

Json instances_of(const SelinuxFacts& facts) {
  return each(facts.identities, [&](const auto& each_identity) {
    const auto& [name, identity] = each_identity;
    const auto rules = facts.rules_of(identity.now());
    return Json{{"instance", name},
                {"running", identity.running ? known(*identity.running, subject_of) : Json()},
                {"started", known(identity.started, subject_of)},
                {"rules", rules ? rules_of(**rules) : absent(rules.error())}};
  });
}

Json denial_of(const SelinuxDenial& denial) {
  return {{"time", denial.time},
          {"class", denial.target_class},
          {"permissions", denial.permissions},
          {"source", denial.source},
          {"target", denial.target},
          {"port", denial.port == 0 ? Json() : Json(denial.port)},
          {"name", optional_text(denial.name)},
          {"permissive", denial.permissive}};
}

Json log_of(const SelinuxLog& log) {
  return {{"path", log.path},
          {"booted", log.booted == 0 ? Json() : Json(log.booted)},
          {"policy_changed", log.policy_changed == 0 ? Json() : Json(log.policy_changed)},
          {"denials", each(log.denials, denial_of)}};
}

}  // namespace

Json selinux(const std::optional<SelinuxFacts>& facts) {
  if (!facts) return {};
  const auto word = [](SelinuxMode mode) { return Json(to_string(mode)); };
  const auto config = [&](const SelinuxConfig& each_config) {
    return Json{{"mode", word(each_config.mode)}, {"type", each_config.type}};
  };
  return {{"mode", known(facts->mode, word)},
          {"config", known(facts->config, config)},
          {"policy", known(facts->loaded, [&](const auto& policy) { return policy_of(*facts, policy); })},
          {"installed", optional_text(facts->installed_path)},
          {"drifted_booleans", drift_of(*facts)},
          {"store", known(facts->store, store_of)},
          {"instances", instances_of(*facts)},
          {"log", facts->log ? known(*facts->log, log_of) : Json()}};
}

}  // namespace preflight::json
