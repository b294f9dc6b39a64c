// SPDX-License-Identifier: Apache-2.0
// The reverse of bundle_selinux_writer.cpp: every number and every name of a closed set is checked.
#include <algorithm>

#include "probes/base/text.h"
#include "probes/host/bundle_selinux.h"
#include "probes/host/bundle_words.h"

namespace preflight::bundle {
using selinux::PortRecord;

static std::optional<std::uint16_t> port_of(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

static void read(const Place& at, PortRecord& out) {
  std::string line;
  read(at, line);
  const auto parts = words(line);
  const auto dash = parts.size() == 3 ? parts[1].find('-') : std::string_view::npos;
  if (dash == std::string_view::npos) return at.wrong("is not a port like \"tcp 80-80 http_port_t\"");
  const auto low = port_of(parts[1].substr(0, dash));
  const auto high = port_of(parts[1].substr(dash + 1));
  const bool udp = parts[0] == kProtocolWords[1];
  if (!low || !high || (!udp && parts[0] != kProtocolWords[0])) return at.wrong("is not a protocol and two ports");
  out = {udp ? Protocol::udp : Protocol::tcp, *low, *high, std::string(parts[2])};
}

static void read(const Place& at, selinux::NodeRecord& out) {
  read(at["address"], out.address);
  read(at["mask"], out.mask);
  read(at["type"], out.type);
}

template <typename F>
static void each_member(const Place& at, F&& member) {
  if (!at.json().is_object()) return at.wrong("is not an object");
  for (const auto& item : at.json().items()) member(item.key(), at[item.key().c_str()]);
}

static void read(const Place& at, std::map<std::string, bool, std::less<>>& out) {
  each_member(at, [&](const std::string& name, const Place& value) { read(value, out[name]); });
}

static void read(const Place& at, std::set<std::string, std::less<>>& out) {
  at.each([&](const Place& item) {
    std::string name;
    read(item, name);
    out.insert(std::move(name));
  });
}

static void read(const Place& at, selinux::TypesByAccess& out) {
  each_member(at, [&](const std::string& name, const Place& value) {
    const auto* const found = std::find(kAccessWords.begin(), kAccessWords.end(), name);
    if (found == kAccessWords.end()) return value.wrong("is no permission that is asked for");
    read(value, out[static_cast<selinux::Access>(found - kAccessWords.begin())]);
  });
}

static void read(const Place& at, selinux::BooleanEffect& out) {
  read(at["name"], out.name);
  read(at["value"], out.value);
  read(at["gained"], out.gained);
  read(at["lost"], out.lost);
  read(at["port_grants"], out.port_grants);
  read(at["other_grants"], out.other_grants);
}

static void read(const Place& at, selinux::DomainRules& out) {
  read(at["domain"], out.domain);
  read(at["permissive"], out.permissive);
  read(at["allowed"], out.allowed);
  read(at["booleans"], out.booleans);
}

static void read(const Place& at, selinux::Subject& out) {
  read(at["context"], out.context);
  read(at["executable"], out.executable);
}

static void read(const Place& at, selinux::TypeUsers& out) {
  read(at["tcp_bind"], out.tcp_bind);
  read(at["tcp_connect"], out.tcp_connect);
  read(at["udp_bind"], out.udp_bind);
}

void read_question(const Place& at, selinux::PolicyQuestion& out) {
  read(at["path"], out.path);
  read(at["subjects"], out.subjects);
  const auto edit = at["edit"];
  read(edit["booleans"], out.edit.booleans);
  read(edit["ports"], out.edit.ports);
}

void read(const Place& at, selinux::PolicyAnswer& out) {
  read(at["version"], out.version);
  read(at["booleans"], out.booleans);
  read(at["ports"], out.ports);
  read(at["nodes"], out.nodes);
  read(at["port_type"], out.port_type);
  read(at["node_type"], out.node_type);
  read(at["permissive"], out.permissive);
  each_member(at["users"], [&](const std::string& type, const Place& users) { read(users, out.users[type]); });
  read(at["domains"], out.domains);
}

}  // namespace preflight::bundle
