// SPDX-License-Identifier: Apache-2.0
// One line, in either log: audit(SECONDS.MILLIS:SERIAL): avc:  denied  { name_bind } for  pid=1 comm="haproxy" src=8404
// scontext=system_u:system_r:haproxy_t:s0 tcontext=... tclass=tcp_socket permissive=0
#include "probes/linux/selinux_log.h"

#include <algorithm>
#include <array>

#include "probes/base/text.h"
#include "probes/host/log_lines.h"
#include "probes/linux/boot_time.h"

namespace preflight {
namespace {

/// Where the kernel's audit messages are, in the order they are asked for: while an audit daemon runs it gets them all.
/// The journal keeps the kernel's log, whose ring other messages overwrite.
constexpr std::array<std::string_view, 3> kLogs = {"/var/log/audit/audit.log", kJournal, kKernelLog};
constexpr std::size_t kLimit = std::size_t{8} * 1024 * 1024;  // one file of the audit daemon, as it is shipped
constexpr std::size_t kDenialsLimit = 10'000;

std::optional<std::int64_t> time_of(std::string_view line) {
  constexpr std::string_view kMark = "audit(";
  const auto at = line.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto rest = line.substr(at + kMark.size());
  const auto seconds = parse_integer(rest.substr(0, rest.find_first_of(".:)")));
  return seconds && *seconds > 0 ? seconds : std::nullopt;
}

/// The value of `key` ("src="), without quotes; empty when there is none.
std::string_view field(std::string_view line, std::string_view key) {
  std::size_t at = 0;
  while ((at = line.find(key, at)) != std::string_view::npos) {
    if (at == 0 || line[at - 1] == ' ') break;
    at += key.size();
  }
  if (at == std::string_view::npos) return {};
  auto value = line.substr(at + key.size());
  if (!value.empty() && value.front() == '"') {
    value.remove_prefix(1);
    return value.substr(0, value.find('"'));
  }
  return value.substr(0, value.find(' '));
}

std::uint16_t port_in(std::string_view line) {
  for (const auto key : {"src=", "dest="}) {
    const auto port = parse_integer(field(line, key));
    if (port && *port > 0 && *port <= 65535) return static_cast<std::uint16_t>(*port);
  }
  return 0;
}

bool is_haproxys(std::string_view line) {
  const auto source = split(field(line, "scontext="), ':');
  return field(line, "comm=").rfind("haproxy", 0) == 0 || (source.size() > 2 && source[2].rfind("haproxy", 0) == 0);
}

/// When this boot began; 0 where that is not known.
std::int64_t boot_of(const HostView& host) {
  const auto boot = host.kind() == HostKind::live ? read_boot_time(host) : unread("boot time");
  return boot ? host.now() - boot->uptime.count() : 0;
}

}  // namespace

std::optional<SelinuxDenial> parse_denial(std::string_view line) {
  const auto mark = line.find("avc:");
  const auto open = mark == std::string_view::npos ? mark : line.find('{', mark);
  const auto close = open == std::string_view::npos ? open : line.find('}', open);
  if (close == std::string_view::npos || !is_haproxys(line)) return std::nullopt;
  if (line.substr(mark, open - mark).find("denied") == std::string_view::npos) return std::nullopt;
  SelinuxDenial denial;
  denial.time = time_of(line).value_or(0);
  for (const auto word : words(line.substr(open + 1, close - open - 1))) denial.permissions.emplace_back(word);
  const auto rest = line.substr(close + 1);
  denial.target_class = field(rest, "tclass=");
  denial.source = field(rest, "scontext=");
  denial.target = field(rest, "tcontext=");
  denial.port = port_in(rest);
  denial.name = field(rest, "path=").empty() ? field(rest, "name=") : field(rest, "path=");
  denial.permissive = field(rest, "permissive=").substr(0, 1) == "1";
  if (denial.target_class.empty() || denial.permissions.empty()) return std::nullopt;
  return denial;
}

std::optional<std::int64_t> parse_policy_change(std::string_view line) {
  const bool loaded =
      line.find("policy loaded") != std::string_view::npos || line.find("MAC_POLICY_LOAD") != std::string_view::npos;
  const bool set =
      line.find("MAC_CONFIG_CHANGE") != std::string_view::npos || line.find("type=1405") != std::string_view::npos;
  return loaded || set ? time_of(line) : std::nullopt;
}

Result<SelinuxLog> read_selinux_log(const HostView& host) {
  static const std::vector<std::string> kWords = {"haproxy", "MAC_POLICY_LOAD", "policy loaded", "MAC_CONFIG_CHANGE",
                                                  "type=1405"};
  SelinuxLog log;
  Result<std::string> lines = unread("audit log");
  for (const auto path : kLogs) {
    log.path = path;
    lines = host.lines_with(log.path, kWords, kLimit);
    // Of a tree only its files are there to be read.
    if (lines || !is_missing(lines.error()) || host.kind() != HostKind::live) break;
  }
  if (!lines) return tl::make_unexpected(lines.error());
  log.booted = boot_of(host);
  for_each_line(*lines, [&](std::string_view line) {
    if (const auto changed = parse_policy_change(line); changed) {
      log.policy_changed = std::max(log.policy_changed, *changed);
    } else if (auto denial = parse_denial(line); denial && log.denials.size() < kDenialsLimit) {
      log.denials.push_back(std::move(*denial));
    }
  });
  return log;
}

}  // namespace preflight
