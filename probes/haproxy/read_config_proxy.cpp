// SPDX-License-Identifier: Apache-2.0
// The lines inside defaults, frontend, backend and listen that bear on the host.
#include <array>

#include "probes/base/text.h"
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

/// What `tcp-check connect` and `http-check connect` take an argument for.
constexpr auto kConnectArguments = std::to_array<std::string_view>({"addr", "alpn", "comment", "port", "proto", "sni"});

/// Each replaces the one before it (src/check.c, src/tcpcheck.c).
constexpr auto kCheckOptions =
    std::to_array<std::string_view>({"external-check", "httpchk", "ldap-check", "mysql-check", "pgsql-check",
                                     "redis-check", "smtpchk", "spop-check", "ssl-hello-chk", "tcp-check"});

}  // namespace

bool ProxySections::read(const Statement& line) {
  if (place_ == Place::nowhere) return false;
  if (place_ == Place::defaults) reading_.config.defaults.back().last_line = reading_.line();
  const std::string_view keyword = line.keyword();
  if (keyword == "server" || keyword == "server-template" || keyword == "default-server") return read_server_line(line);
  if (keyword == "bind") {
    read_bind_line(line);
  } else if (keyword == "mode") {
    read_mode(line);
  } else if (keyword == "option") {
    read_option(line);
  } else if (keyword == "source") {
    read_source(line);
  } else if (keyword == "stick-table") {
    read_stick_table(line);
  } else if (keyword == "tcp-check" || keyword == "http-check") {
    read_check_rule(line);
  } else if (keyword == "http-reuse") {
    settings_.reuses = line[1].text != "never";
  } else if (keyword == "log") {
    read_log(reading_, line, settings_.logs, settings_.logs_as_global);
  } else if (keyword == "email-alert") {
    if (line[1].text == "mailers" && line.size() > 2) used_mailers_.emplace(line[2].text);
  } else if (keyword == "load-server-state-from-file") {
    settings_.loads_server_state = line[1].text != "none";
  } else if (keyword == "disabled") {
    settings_.disabled = true;
  } else if (keyword == "enabled") {
    settings_.disabled = false;
  } else {
    return read_access(line) || read_number(line);
  }
  return true;
}

bool ProxySections::read_number(const Statement& line) {
  std::optional<Number>* member = nullptr;
  bool concerned = has_frontend();
  if (line.keyword() == "maxconn") {
    member = &settings_.maxconn;
  } else if (line.keyword() == "backlog") {
    member = &settings_.backlog;
  } else if (line.keyword() == "fullconn") {
    member = &settings_.fullconn;
  } else {
    return false;
  }
  if (line.keyword() == "fullconn") concerned = has_backend();
  const auto number = reading_.number(line[0], line[1], NumberSyntax::atol);
  // elsewhere haproxy warns and ignores it
  if (number && !reading_.too_many_arguments(line, 1) && concerned) *member = number;
  return true;
}

bool ProxySections::read_server_line(const Statement& line) {
  if (!has_backend()) {
    reading_.error(line[0], "a frontend has no servers");
    return true;
  }
  const bool in_defaults = place_ == Place::defaults;
  std::uint32_t& check_ports = in_defaults ? reading_.config.parsed_check_ports : proxy().parsed_check_ports;
  if (line.keyword() == "default-server") {
    read_server_options(reading_, line, 1, settings_.server, check_ports);
  } else if (in_defaults) {
    reading_.error(line[0], "a defaults section has no servers");
  } else if (reading_.admit(line[0])) {
    if (auto server = read_server(reading_, line, settings_.server, check_ports)) {
      proxy().servers.push_back(*std::move(server));
    }
  }
  return true;
}

void ProxySections::read_bind_line(const Statement& line) {
  if (place_ == Place::defaults) return reading_.error(line[0], "a defaults section has no binds");
  read_bind(reading_, line, 1, AddressUse::listener, proxy().binds);
}

void ProxySections::read_mode(const Statement& line) {
  struct Name {
    std::string_view text;
    Mode mode;
    Version since;
  };
  static constexpr std::array kModes = {Name{"tcp", Mode::tcp, {}}, Name{"http", Mode::http, {}},
                                        Name{"log", Mode::log, {2, 9, 0}}, Name{"spop", Mode::spop, {3, 1, 0}}};
  for (const Name& name : kModes) {
    if (name.text != line[1].text || reading_.known_before(name.since.major, name.since.minor)) continue;
    settings_.mode = name.mode;
    return;
  }
  reading_.error(line[1], "not a mode haproxy knows: '" + printable(line[1].text.substr(0, 40)) + "'");
}

void ProxySections::read_option(const Statement& line) {
  const std::string_view option = line[1].text;
  // the last one named decides how servers are checked
  if (contains(kCheckOptions, option)) {
    settings_.checks_externally = option == "external-check" && line.modifier() == Modifier::none;
  }
  if (option == "allbackups") settings_.all_backups = line.modifier() == Modifier::none;
  if (option != "splice-auto" && option != "splice-request" && option != "splice-response") return;
  if (line.modifier() == Modifier::none) {
    settings_.splices.insert(std::string(option));
  } else {
    settings_.splices.erase(std::string(option));
  }
}

/// The connection that a check makes may be encrypted although the servers' traffic is not.
void ProxySections::read_check_rule(const Statement& line) {
  if (line[1].text != "connect" || !has_backend()) return;
  for (std::size_t i = 2; i < line.size(); ++i) {
    if (contains(kConnectArguments, line[i].text)) {
      ++i;
    } else if (line[i].text == "ssl") {
      settings_.checks_tls = true;
    }
  }
}

void ProxySections::read_source(const Statement& line) {
  if (line.size() < 2) return reading_.error(line[0], "'source' expects an address");
  const auto address = reading_.address(line[1], AddressUse::fixed);
  if (!address || !has_backend()) return;
  settings_.source = Sourced<Address>{*address, reading_.origin(line[1])};
  for (std::size_t i = 2; i < line.size(); i += 2) {
    if (line[i].text == "interface") settings_.source_interface = reading_.text(line[i], line[i + 1]);
  }
}

void ProxySections::read_use_backend(const Statement& line) {
  if (place_ == Place::defaults) return reading_.error(line[0], "a defaults section has no use_backend");
  if (!used_backends_.emplace(line[1].text).second) return;
  proxy().use_backends.emplace_back(line[1].text);
}

void ProxySections::read_stick_table(const Statement& line) {
  StickTable table{reading_.origin(line[0])};
  for (std::size_t i = 1; i + 1 < line.size() && !table.peers; ++i) {
    if (line[i].text == "peers") table.peers = reading_.text(line[i], line[i + 1]);
  }
  if (table.peers) used_peers_.insert(table.peers->value);
  if (place_ == Place::proxy) proxy().stick_table = std::move(table);
}

}  // namespace preflight::haproxy
