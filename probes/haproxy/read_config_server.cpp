// SPDX-License-Identifier: Apache-2.0
// server and server-template lines: a server begins with what the default-servers before it said.
#include <limits>

#include "probes/haproxy/characters.h"
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

/// "5" is 1 to 5, "3-7" is what it says; 0 when haproxy would refuse it.
std::uint32_t template_count(std::string_view text) {
  const auto dash = text.find('-');
  const bool range = dash != std::string_view::npos;
  const auto low = range ? leading_number(text.substr(0, dash)).value : 1;
  const auto high = leading_number(range ? text.substr(dash + 1) : text).value;
  if (low < 0 || high < low || high > std::numeric_limits<std::int32_t>::max()) return 0;
  return static_cast<std::uint32_t>(high - low + 1);
}

}  // namespace

std::optional<Server> read_server(Reading& reading, const Statement& line, const ServerSettings& defaults,
                                  std::uint32_t& check_ports) {
  const bool is_template = line.keyword() == "server-template";
  const std::size_t address_at = is_template ? 3 : 2;
  if (line.size() <= address_at) {
    reading.error(
        line[0], is_template ? "a prefix, a number and an address are expected" : "a name and an address are expected");
    return std::nullopt;
  }
  if (!is_valid_name(line[1].text)) {
    reading.error(line[1], "not a name for a server");
    return std::nullopt;
  }
  Server server{
      .name = std::string(line[1].text), .address = {}, .origin = reading.origin(line[1]), .settings = defaults};
  server.settings.had_ssl = defaults.ssl;
  if (is_template) server.count = template_count(line[2].text);
  if (server.count == 0) {
    reading.error(line[2], "not a number or a range of servers");
    return std::nullopt;
  }
  auto address = reading.address(line[address_at], AddressUse::server);
  if (!address) return std::nullopt;
  // port 0 is how haproxy itself writes "the port of the incoming connection"
  if (address->port_kind == PortKind::fixed && address->first_port == 0) address->port_kind = PortKind::none;
  server.address = *std::move(address);
  read_server_options(reading, line, address_at + 1, server.settings, check_ports);
  return server;
}

}  // namespace preflight::haproxy
