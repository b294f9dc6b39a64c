// SPDX-License-Identifier: Apache-2.0
// The kernel's own policy has the running booleans, the one on disk the kept ones.
#include "remediations/supposed_policy.h"

#include <algorithm>

#include "remediations/selinux_state.h"

namespace preflight {
namespace {

Protocol protocol_named(std::string_view name) {
  if (name == "udp") return Protocol::udp;
  return Protocol::tcp;
}

void add(const SelinuxEdit& edit, bool loaded, selinux::PolicyEdit& to) {
  for (const auto& port : edit.ports) {
    if (port.to) to.ports.push_back({protocol_named(port.protocol), port.low, port.high, type_of(*port.to)});
  }
  for (const auto& boolean : edit.booleans) {
    const auto& value = loaded && boolean.running_to ? boolean.running_to : boolean.kept_to;
    if (value) to.booleans[boolean.name] = *value;
  }
}

std::string text_of(const std::map<std::string, bool, std::less<>>& booleans) {
  std::string text;
  for (const auto& [name, value] : booleans) text += name + (value ? "=1\n" : "=0\n");
  return text;
}

std::string text_of(const std::map<PortKey, std::string>& ports) {
  std::string text;
  for (const auto& [key, context] : ports) {
    const auto& [protocol, low, high] = key;
    const auto range = low == high ? std::string() : " - " + std::to_string(high);
    text += "portcon " + protocol + " " + std::to_string(low) + range + " " + context + "\n";
  }
  return text;
}

template <typename Map, typename Key, typename Value>
void set(Map& map, const Key& key, const std::optional<Value>& value) {
  if (value) {
    map[key] = *value;
  } else {
    map.erase(key);
  }
}

}  // namespace

SupposedPolicy::SupposedPolicy(const HostView& inner, const Changes& changes) : inner_(inner) {
  for (const auto& change : changes) {
    if (const auto* edit = std::get_if<SelinuxEdit>(&change)) edits_.push_back(*edit);
    if (const auto* repair = std::get_if<SelinuxRepair>(&change)) repaired_.push_back(repair->store);
  }
}

selinux::PolicyQuestion SupposedPolicy::asked(selinux::PolicyQuestion question) const {
  const bool loaded = question.path == selinux::kLoadedPolicy;
  for (const auto& edit : edits_) add(edit, loaded, question.edit);
  for (const auto& name : repaired_) {
    const auto paths = selinux_paths(inner_, name);
    if (question.path.starts_with(paths.policies + "/policy/"))
      question.path = place_of(paths.store + "/active/policy.kern");
  }
  return question;
}

std::string SupposedPolicy::place_of(const std::string& path) const {
  for (const auto& name : repaired_) {
    const auto store = selinux_paths(inner_, name).store;
    const auto active = store + "/active";
    const bool below = path == active || path.starts_with(active + "/");
    if (below && !inner_.status(active)) return store + "/previous" + path.substr(active.size());
  }
  return path;
}

void SupposedPolicy::rename_in(const std::string& path, std::vector<std::string>& names) const {
  const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  for (const auto& name : repaired_) {
    if (path != selinux_paths(inner_, name).store || has("active") || !has("previous")) continue;
    std::replace(names.begin(), names.end(), std::string("previous"), std::string("active"));
    std::sort(names.begin(), names.end());
  }
}

std::optional<std::string> SupposedPolicy::list(const std::string& path) const {
  for (const auto& edit : edits_) {
    const auto active = selinux_paths(inner_, edit.store).store + "/active";
    const bool ports = path == active + "/ports.local";
    if (!ports && path != active + "/booleans.local") continue;
    auto state = read_selinux_state(inner_, edit.store);
    if (!state) return std::nullopt;
    for (const auto& port : edit.ports) set(state->ports, PortKey(port.protocol, port.low, port.high), port.to);
    for (const auto& boolean : edit.booleans) set(state->booleans, boolean.name, boolean.kept_to);
    return ports ? text_of(state->ports) : text_of(state->booleans);
  }
  return std::nullopt;
}

}  // namespace preflight
