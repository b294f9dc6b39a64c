// SPDX-License-Identifier: Apache-2.0
// A log-forward section listens too, and its binds take descriptors like any other (src/log.c cfg_parse_log_forward).
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

constexpr std::int64_t kStandardMaxconn = 10;  // where the section writes none

}  // namespace

void LogForwardSections::begin(const Statement& line) {
  inside_ = false;
  if (!is_valid_name(line[1].text)) return reading_.error(line[0], "a name is expected for the log-forward section");
  if (!reading_.admit(line[0])) return;
  inside_ = true;
  Proxy& added = reading_.config.proxies.emplace_back();
  added.kind = ProxyKind::log_forward;
  added.mode = Mode::syslog;
  added.maxconn = Number{kStandardMaxconn, {}};
  added.name = std::string(line[1].text);
  added.origin = reading_.origin(line[1]);
}

bool LogForwardSections::read(const Statement& line) {
  if (!inside_) return false;
  Proxy& proxy = reading_.config.proxies.back();
  if (line.keyword() == "bind") {
    read_bind(reading_, line, 1, AddressUse::listener, proxy.binds);
  } else if (line.keyword() == "dgram-bind") {
    read_bind(reading_, line, 1, AddressUse::datagram_listener, proxy.binds);
  } else if (line.keyword() == "log") {
    read_log(reading_, line, proxy.logs, proxy.logs_as_global);
  } else if (line.keyword() == "maxconn") {
    proxy.maxconn = reading_.number(line[0], line[1], NumberSyntax::atol);
  } else if (line.keyword() == "backlog") {
    proxy.backlog = reading_.number(line[0], line[1], NumberSyntax::atol);
  } else {
    return false;
  }
  return true;
}

}  // namespace preflight::haproxy
