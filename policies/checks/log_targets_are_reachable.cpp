// SPDX-License-Identifier: Apache-2.0
// haproxy sends its logs as datagrams and never asks whether anybody reads them: a socket that is missing costs one
// line on stderr, then every message (src/log.c), and DroppedLogs counts only full queues. A ring it does look up, when
// it starts and not when it checks.
#include <algorithm>
#include <string_view>

#include "policies/check.h"
#include "policies/listening.h"
#include "policies/named_files.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::unit, Need::listeners, Need::paths};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: log, ring",
                                            "HAProxy management guide, section 8"};

using haproxy::AddressKind;
using haproxy::LogTarget;

bool begins(std::string_view text, std::string_view prefix) { return text.rfind(prefix, 0) == 0; }

Detail detail_of(const LogTarget& log, std::string observed, std::string expected) {
  Detail detail;
  detail.where.origin = log.origin;
  detail.observed = Measure(std::move(observed));
  detail.expected = Expectation{Relation::equal, Measure(std::move(expected))};
  return detail;
}

/// The rings that haproxy makes itself (sink_init in src/sink.c). "stdout" and "stderr" are sinks but no rings.
bool is_built_in(std::string_view ring, const haproxy::InstanceFacts& instance) {
  if (ring == "buf0") return true;
  return ring == "dpapi" && (!instance.binary || instance.binary->version >= haproxy::Version{3, 2, 0});
}

Outcome judge_ring(const LogTarget& log, const haproxy::InstanceFacts& instance) {
  const std::string name = log.text.substr(log.text.find('@') + 1);
  const auto& rings = instance.config->rings;
  const bool defined = std::any_of(rings.begin(), rings.end(), [&](const auto& ring) { return ring.name == name; });
  if (defined || is_built_in(name, instance)) return Pass{};
  Detail detail = detail_of(log, "undefined", "the name of a `ring` section");
  detail.why = "no `ring` section has this name";
  detail.evidence.emplace_back("haproxy will say \"uses unknown ring named\" and exit; `haproxy -c` says valid");
  return Fail{Severity::error, std::move(detail), true};
}

Outcome judge_path(const LogTarget& log, const haproxy::InstanceFacts& instance) {
  if (instance.config->global.chroot && instance.config->global.chroot->value != "/") {
    return NotApplicable{"haproxy looks for it inside its chroot: chroot_is_complete"};
  }
  if (!instance.files) return Unknown{instance.files.error()};
  const auto known = instance.files->log_sockets.find(log.address.text);
  if (known == instance.files->log_sockets.end()) return Unknown{{std::errc::no_message, log.text, "not looked at"}};
  const auto& found = known->second;
  if (!found && !is_missing(found.error())) return Unknown{found.error()};
  if (found && found->status.kind == FileKind::socket) return Pass{};
  Detail detail =
      detail_of(log, found ? std::string(name_of(found->status.kind)) : "missing", "a socket that a log daemon reads");
  detail.why = "nobody reads this log socket: every message is lost without a word";
  return Fail{Severity::warning, std::move(detail)};
}

/// Whether some socket takes what is sent to this address of our own.
bool is_read(const std::vector<SocketEntry>& sockets, const haproxy::Address& address) {
  return std::any_of(sockets.begin(), sockets.end(), [&](const SocketEntry& socket) {
    return socket.local_port == address.first_port && is_listening(socket) && covers(socket, *address.ip);
  });
}

Outcome judge_local(const LogTarget& log, const NetworkFacts& network) {
  const bool datagram = log.address.transport != haproxy::Transport::stream;
  const auto& sockets = datagram ? network.udp_sockets : network.tcp_listeners;
  if (!sockets) return Unknown{sockets.error()};
  if (is_read(*sockets, log.address)) return Pass{};
  const std::string place = endpoint(*log.address.ip, log.address.first_port) + (datagram ? " by UDP" : " by TCP");
  Detail detail = detail_of(log, "read by nobody", "read by a log daemon");
  detail.why = "nobody listens on " + place + ": haproxy's logs go nowhere";
  return Fail{Severity::warning, std::move(detail)};
}

Outcome judge(const LogTarget& log, const haproxy::InstanceFacts& instance, const NetworkFacts& network) {
  if (begins(log.text, "ring@")) return judge_ring(log, instance);
  if (begins(log.text, "backend@")) return NotApplicable{"its servers take the messages"};
  switch (log.address.kind) {
    case AddressKind::unix_path:
      return judge_path(log, instance);
    case AddressKind::abstract:
      return NotApplicable{"an abstract socket has no file to be seen"};
    case AddressKind::ip:
      break;
    case AddressKind::hostname:
      return NotApplicable{"another host's name: whether it reads datagrams cannot be seen from here"};
    default:
      return Pass{};  // a descriptor is open, or haproxy says so at once
  }
  if (!log.address.ip) return Pass{};  // stdout and stderr
  if (!log.address.ip->is_loopback()) {
    return NotApplicable{"another host: whether it reads datagrams cannot be seen from here"};
  }
  return judge_local(log, network);
}

Outcomes evaluate(const Case& c) {
  auto outcomes = for_each_configuration(c, [&](const haproxy::InstanceFacts& instance, Outcomes& found) {
    for_each_log(*instance.config, [&](const LogTarget& log) {
      found.push_back({subject::log(log.text), judge(log, instance, c.facts.network_of(instance))});
    });
  });
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"haproxy logs nowhere"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check log_targets_are_reachable{
    .id = "log_targets_are_reachable",
    .title = "Somebody reads haproxy's logs",
    .rationale =
        "Logs are sent as datagrams. Where nobody reads them haproxy goes on as if nothing were wrong, and the day "
        "they are needed there are none.",
    .advice = "Start the log daemon and let it read the socket named, or change the `log` line.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
