// SPDX-License-Identifier: Apache-2.0
// `log` lines: a target is a datagram address unless its prefix says otherwise, on port 514 unless it says another
// (parse_logger in src/log.c).
#include "probes/base/text.h"
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

constexpr std::uint16_t kSyslogPort = 514;

bool begins(std::string_view text, std::string_view prefix) { return text.rfind(prefix, 0) == 0; }

/// Targets that are not addresses.
bool is_named(std::string_view target) {
  return begins(target, "ring@") || begins(target, "backend@") || target == "stdout" || target == "stderr";
}

bool is_stream(std::string_view target) {
  const auto at = target.find('@');
  const auto prefix = target.substr(0, at == std::string_view::npos ? 0 : at);
  return prefix.find("tcp") != std::string_view::npos || begins(prefix, "stream+") || prefix == "uxst";
}

std::optional<Address> address_of(Reading& reading, const Word& word) {
  if (is_named(word.text)) return Address{};
  const auto expanded = expand_address(word.text, reading.environment);
  for (const auto& name : expanded.unset) {
    reading.remark(RemarkKind::unset_variable, word,
                   "'" + printable(name) + "' has no value: it is left out of the address");
  }
  auto address = parse_address(expanded.text);
  if (!address) {
    reading.error(word, "'" + printable(word.text.substr(0, 60)) + "': " + address.error().reason);
    return std::nullopt;
  }
  const bool is_ip = address->kind == AddressKind::ip || address->kind == AddressKind::hostname;
  if (is_ip && (address->port_kind == PortKind::none || address->first_port == 0)) {
    address->port_kind = PortKind::fixed;
    address->first_port = address->last_port = kSyslogPort;
  }
  address->transport = is_stream(expanded.text) ? Transport::stream : Transport::datagram;
  return *address;
}

}  // namespace

void read_log(Reading& reading, const Statement& line, std::vector<LogTarget>& logs, bool& as_global) {
  if (line.modifier() == Modifier::no) {
    logs.clear();
    as_global = false;
  } else if (line[1].text == "global" && line.size() == 2) {
    as_global = true;
  } else if (line.size() < 3) {
    reading.error(line[0], "'log' expects a target and a facility");
  } else if (reading.admit(line[1])) {
    auto address = address_of(reading, line[1]);
    if (address) logs.push_back({*std::move(address), std::string(line[1].text), reading.origin(line[1])});
  }
}

}  // namespace preflight::haproxy
