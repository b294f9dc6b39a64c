// SPDX-License-Identifier: Apache-2.0
// Since Linux 4.4 the queue of half-open connections is bounded by the listener's own backlog;
// net.ipv4.tcp_max_syn_backlog is consulted only where tcp_syncookies is 0.
#include "policies/check.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kKey = "net.ipv4.tcp_max_syn_backlog";
constexpr std::string_view kCookies = "net.ipv4.tcp_syncookies";
constexpr std::string_view kSysctls[] = {kKey, kCookies};
constexpr std::string_view kReferences[] = {"tcp(7), tcp_max_syn_backlog and tcp_syncookies",
                                            "Linux net/ipv4/tcp_input.c, tcp_conn_request"};
constexpr std::int64_t kMost = 65535;

Outcome judge(const InstanceDemand& demand, const NetworkFacts& network) {
  const auto cookies = network.sysctls.integer(kCookies);
  if (!cookies) return Unknown{cookies.error()};
  if (*cookies != 0) return NotApplicable{"SYN cookies answer when the queue is full"};
  const auto limit = network.sysctls.integer(kKey);
  if (!limit) return Unknown{limit.error()};
  if (demand.backlog.empty()) return NotApplicable{"no listener on an address and port"};
  for (const auto& one : demand.backlog) {
    if (!one.backlog) return Unknown{one.backlog.error()};
  }
  const auto* largest = demand.largest_backlog();
  const auto wanted = std::min(largest->backlog->value, kMost);
  Detail detail;
  detail.observed = Measure(*limit, "connections");
  detail.expected = Expectation{Relation::at_least, Measure(wanted, "connections")};
  detail.why = "without SYN cookies the kernel drops half-open connections beyond this number";
  detail.where.object = "/proc/sys/net/ipv4/tcp_max_syn_backlog";
  detail.terms = largest->backlog->terms;
  const auto severity = largest->backlog->basis == Basis::configured ? Severity::warning : Severity::info;
  return pass_or_fail(*limit >= wanted, severity, std::move(detail));
}

Outcomes evaluate(const Case& c) {
  return for_each_instance(
      c, [&](const InstanceDemand& demand) { return judge(demand, c.facts.network_of(*demand.instance)); });
}

}  // namespace

extern constinit const Check syn_backlog_covers_backlog{
    .id = "syn_backlog_covers_backlog",
    .title = "Half-open connections fit where SYN cookies are off",
    .rationale =
        "With tcp_syncookies=0 a burst of new connections beyond tcp_max_syn_backlog is dropped before the "
        "accept queue is even reached.",
    .advice = "Set net.ipv4.tcp_syncookies to 1, its default; raising the backlog alone cures less.",
    .severity = Severity::warning,
    .needs = {.sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "raise_sysctl",
    .rests_on = kKey,
};

}  // namespace preflight::checks
