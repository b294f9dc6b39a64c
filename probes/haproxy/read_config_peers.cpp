// SPDX-License-Identifier: Apache-2.0
// A peers section listens where its `bind` line says, or at the address of the peer that bears this host's name.
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {

void PeersSections::begin(const Statement& line) {
  inside_ = false;
  defaults_ = {};
  if (!is_valid_name(line[1].text)) return reading_.error(line[0], "a name is expected for the peers section");
  if (reading_.too_many_arguments(line, 1) || !reading_.admit(line[0])) return;
  inside_ = true;
  Peers& added = reading_.config.peers.emplace_back();
  added.name = std::string(line[1].text);
  added.origin = reading_.origin(line[1]);
}

bool PeersSections::read(const Statement& line) {
  if (!inside_) return false;
  const std::string_view keyword = line.keyword();
  if (keyword == "bind") {
    read_bind_line(line);
  } else if (keyword == "peer" || keyword == "server") {
    read_peer(line);
  } else if (keyword == "default-server") {
    read_server_options(reading_, line, 1, defaults_, reading_.config.parsed_check_ports);
  } else if (keyword == "log") {
    read_log(reading_, line, peers().logs, peers().logs_as_global);
  } else if (keyword == "table") {
    peers().used = true;
  } else if (keyword == "disabled") {
    peers().disabled = true;
  } else if (keyword == "enabled") {
    peers().disabled = false;
  } else {
    return false;
  }
  return true;
}

void PeersSections::read_bind_line(const Statement& line) {
  if (!peers().binds.empty()) return reading_.error(line[0], "a peers section has one listener only");
  read_bind(reading_, line, 1, AddressUse::listener, peers().binds);
}

void PeersSections::read_peer(const Statement& line) {
  if (line.size() < 2) return reading_.error(line[0], "a name is expected");
  if (!reading_.admit(line[0])) return;
  const bool local = !reading_.local_peer.empty() && line[1].text == reading_.local_peer;
  peers().names.emplace_back(line[1].text);
  // the local peer's `server` line has no address: it is the one of `bind`
  if (line.keyword() == "server" && (local || line.size() == 2)) return;
  const auto server = read_server(reading_, line, defaults_, reading_.config.parsed_check_ports);
  if (server && server->settings.ssl) peers().ssl = true;
  if (server && !local) peers().remotes.push_back({server->name, server->address, server->origin});
  if (!server || !local) return;
  if (!peers().binds.empty()) return reading_.error(line[0], "a peers section has one listener only");
  const auto address = reading_.address(line[2], AddressUse::listener);
  if (!address) return;
  Bind& bind = peers().binds.emplace_back();
  bind.address = *address;
  bind.origin = reading_.origin(line[2]);
}

}  // namespace preflight::haproxy
