// SPDX-License-Identifier: Apache-2.0
// The side that closes first keeps the port in TIME_WAIT for 60 seconds, a constant of the kernel. In http mode haproxy
// closes towards servers by RST and leaves none; in tcp mode each connection may leave one.
#include <vector>

#include "policies/check.h"
#include "policies/source_port_range.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kReuse = "net.ipv4.tcp_tw_reuse";
constexpr std::string_view kTimestamps = "net.ipv4.tcp_timestamps";
constexpr std::string_view kBuckets = "net.ipv4.tcp_max_tw_buckets";
constexpr std::string_view kSysctls[] = {kReuse, kTimestamps, kBuckets, kLocalPortRange, kReservedPorts};
constexpr Need kNeeds[] = {Need::listeners, Need::outgoing, Need::sockstat, Need::netstat};
constexpr std::string_view kReferences[] = {"tcp(7), tcp_tw_reuse", "Linux include/net/tcp.h, TCP_TIMEWAIT_LEN"};
constexpr Parameter kWarningPercent{"warning_percent", kTimeWaitPercent, kTimeWaitPercent, 100,
                                    "source ports of one tuple in TIME_WAIT"};
constexpr Parameter kParameters[] = {kWarningPercent};

std::vector<SourcePortsDemand> tcp_tuples(const NetworkFacts& network, const Case& c) {
  auto tuples = tuples_in(network, c);
  std::erase_if(tuples, [](const auto& tuple) { return tuple.mode != haproxy::Mode::tcp; });
  return tuples;
}

/// Whether the kernel may take a TIME_WAIT port over for a new connection.
Outcome judge_reuse(const NetworkFacts& network) {
  const auto reuse = network.sysctls.integer(kReuse);
  if (!reuse) return Unknown{reuse.error()};
  const auto timestamps = network.sysctls.integer(kTimestamps);
  if (!timestamps) return Unknown{timestamps.error()};
  Detail detail;
  detail.observed = Measure(*reuse, "");
  detail.where.object = "/proc/sys/net/ipv4/tcp_tw_reuse";
  if (*reuse != 0 && *timestamps == 0) {
    detail.why = "tcp_tw_reuse has no effect without TCP timestamps, and they are off";
    return Fail{Severity::warning, std::move(detail)};
  }
  if (*reuse == 0) {
    detail.why = "ports in TIME_WAIT are not reused for outgoing connections";
    return Fail{Severity::info, std::move(detail)};
  }
  return Pass{std::move(detail)};
}

/// The limit on TIME_WAIT sockets as a whole: beyond it the kernel closes without TIME_WAIT and counts that.
Outcome judge_buckets(const NetworkFacts& network) {
  const auto buckets = network.sysctls.integer(kBuckets);
  if (!buckets) return Unknown{buckets.error()};
  if (!network.sockstat) return Unknown{network.sockstat.error()};
  if (!network.netstat) return Unknown{network.netstat.error()};
  Detail detail;
  detail.observed = Measure(network.sockstat->get("TCP.tw").value_or(0), "sockets");
  detail.expected = Expectation{Relation::at_most, Measure(*buckets, "sockets")};
  detail.where.object = "/proc/sys/net/ipv4/tcp_max_tw_buckets";
  const auto overflows = network.netstat->get("TCPTimeWaitOverflow").value_or(0);
  if (overflows == 0) return Pass{std::move(detail)};
  detail.why =
      "the limit on TIME_WAIT sockets was reached at some time: ports were freed early, old segments may "
      "reach new connections";
  detail.evidence.push_back("TCPTimeWaitOverflow " + grouped(overflows) + " since the namespace was made");
  return Fail{Severity::info, std::move(detail)};
}

Outcome judge_tuple(const SourcePortsDemand& tuple, const Quantity& kernel, const TupleUse& use,
                    const Settings& settings) {
  Detail detail;
  const Quantity usable = source_ports_of(tuple, kernel);
  const auto most = usable.value * settings.get(kWarningPercent) / 100;
  detail.observed = Measure(use.time_wait, "ports");
  detail.expected = Expectation{Relation::at_most, Measure(most, "ports")};
  detail.where.origin = tuple.origin;
  detail.terms = usable.terms;
  detail.why = "connections in TIME_WAIT hold many of the source ports to this server";
  return pass_or_fail(use.time_wait <= most, Severity::warning, std::move(detail));
}

void judge_tuples(const std::vector<SourcePortsDemand>& tuples, const NetworkFacts& network, const Settings& settings,
                  Outcomes& outcomes) {
  const auto usable = usable_source_ports(network);
  const auto observed = observed_use(network);
  for (const auto& tuple : tuples) {
    const auto about = subject::tuple(tuple.source, tuple.destination);
    if (!usable || !observed) {
      outcomes.push_back({about, Unknown{usable ? observed.error() : usable.error()}});
    } else {
      outcomes.push_back({about, judge_tuple(tuple, *usable, use_of(*observed, tuple), settings)});
    }
  }
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& network : c.facts.networks) {
    const auto tuples = tcp_tuples(network, c);
    if (tuples.empty()) continue;
    judge_tuples(tuples, network, c.settings, outcomes);
    outcomes.push_back({subject::sysctl(kReuse), judge_reuse(network)});
    outcomes.push_back({subject::sysctl(kBuckets), judge_buckets(network)});
  }
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no server in tcp mode"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check time_wait_leaves_ports{
    .id = "time_wait_leaves_ports",
    .title = "TIME_WAIT leaves source ports free",
    .rationale =
        "A tcp-mode proxy that closes first holds each source port for a minute: 470 connections a second "
        "to one server exhaust the default range. tcp_fin_timeout changes nothing about that.",
    .advice = "Set net.ipv4.tcp_tw_reuse to 1 and keep TCP timestamps on, or add source or server addresses.",
    .severity = Severity::warning,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .evaluate = evaluate,
    .remedy = "reuse_time_wait_ports",
    .rests_on = kLocalPortRange,
};

}  // namespace preflight::checks
