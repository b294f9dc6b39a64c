// SPDX-License-Identifier: Apache-2.0
// `log` lines (parse_logger in src/log.c): UDP to port 514 unless written otherwise; `log global` copies what the
// global section says so far, each of its targets once.
#include <algorithm>
#include <array>

#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

constexpr std::uint16_t kSyslogPort = 514;

constexpr auto kFacilities =
    std::to_array<std::string_view>({"kern",   "user",   "mail",   "daemon", "auth",   "syslog", "lpr",    "news",
                                     "uucp",   "cron",   "auth2",  "ftp",    "ntp",    "audit",  "alert",  "cron2",
                                     "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"});
constexpr auto kLevels =
    std::to_array<std::string_view>({"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"});
constexpr auto kFormats =
    std::to_array<std::string_view>({"local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw"});

/// haproxy takes `profile` since 3.1; before, it is an unknown facility.
bool takes_profile(const Reading& reading) { return !reading.known_before(3, 1); }

/// Whether what follows the target is as haproxy wants it; a remark when not.
bool has_valid_options(Reading& reading, const Statement& line) {
  std::size_t at = 2;
  if (line[at].text == "len") at += 2;
  if (line[at].text == "format") {
    if (!contains(kFormats, line[at + 1].text)) {
      reading.error(line[at + 1], "not a format of log lines: '" + shown(line[at + 1].text) + "'");
      return false;
    }
    at += 2;
  }
  if (line[at].text == "sample") at += 2;
  if (line[at].text == "profile" && takes_profile(reading)) at += 2;
  if (!contains(kFacilities, line[at].text)) {
    reading.error(line[at], "not a facility of syslog: '" + shown(line[at].text) + "'");
    return false;
  }
  const std::size_t facility = at;  // after it, the lowest level to send and the one all others are made
  for (++at; at < line.size(); ++at) {
    if (contains(kLevels, line[at].text) && at <= facility + 2) continue;
    reading.error(line[at], "not a level of syslog: '" + shown(line[at].text) + "'");
    return false;
  }
  return true;
}

/// "ring@NAME": NAME; nothing for any other text.
std::optional<std::string> name_after(std::string_view prefix, std::string_view text) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  return std::string(text.substr(prefix.size()));
}

std::optional<LogTarget> target_of(Reading& reading, const Word& word) {
  LogTarget target;
  target.text = std::string(word.text);
  target.origin = reading.origin(word);
  if (auto ring = name_after("ring@", word.text)) {
    target.sink = LogSink::ring;
    target.name = *std::move(ring);
    return target;
  }
  if (auto backend = name_after("backend@", word.text); backend && !reading.known_before(2, 9)) {
    target.sink = LogSink::backend;
    target.name = *std::move(backend);
    return target;
  }
  Word written = word;
  if (word.text == "stdout") written.text = "fd@1";
  if (word.text == "stderr") written.text = "fd@2";
  auto address = reading.address(written, AddressUse::log_target);
  if (!address) return std::nullopt;
  const bool is_ip = address->kind == AddressKind::ip || address->kind == AddressKind::hostname;
  if (is_ip && address->first_port == 0) {
    address->port_kind = PortKind::fixed;
    address->first_port = address->last_port = kSyslogPort;
  }
  target.address = *std::move(address);
  return target;
}

}  // namespace

void read_log(Reading& reading, const Statement& line, std::vector<LogTarget>& targets, bool& as_global) {
  if (line.modifier() == Modifier::no) {
    if (reading.too_many_arguments(line, 0)) return;
    targets.clear();
    as_global = false;
  } else if (line.size() == 2 && line[1].text == "global") {
    as_global = true;
  } else if (line.size() < 3) {
    reading.error(line[0], "'log' expects a target and a facility");
  } else if (has_valid_options(reading, line)) {
    auto target = target_of(reading, line[1]);
    if (target && reading.admit(line[0])) targets.push_back(*std::move(target));
  }
}

}  // namespace preflight::haproxy
