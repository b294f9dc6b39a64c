// SPDX-License-Identifier: Apache-2.0
// Every connection to a server takes a source port that is unique for (source address, server address, server port).
// Measured: connect(2) gets about ten times slower once half of the range is used for one destination, and fails with
// EADDRNOTAVAIL when all of it is; haproxy then logs "no free ports" and marks healthy servers DOWN.
#include "policies/check.h"
#include "policies/source_port_range.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kSysctls[] = {kLocalPortRange, kReservedPorts};
constexpr Need kNeeds[] = {Need::listeners, Need::outgoing, Need::sockstat};
constexpr std::string_view kReferences[] = {"ip(7), ip_local_port_range", "HAProxy configuration manual: source",
                                            "Linux net/ipv4/inet_hashtables.c, __inet_hash_connect"};
constexpr Parameter kErrorPercent{"observed_error_percent", 85, kBusyPercent, 100, "source ports of one tuple in use"};
constexpr Parameter kWarningPercent{"observed_warning_percent", kBusyPercent, kBusyPercent, 100,
                                    "source ports of one tuple in use"};
constexpr Parameter kPlannedPercent{"planned_warning_percent", 90, 1, 100, "share that the servers' maxconn may take"};
constexpr Parameter kParameters[] = {kErrorPercent, kWarningPercent, kPlannedPercent};

/// What one namespace offers and what was seen there.
struct Supply {
  const Quantity& usable;
  const ObservedUse& observed;
};

Detail detail_of(const SourcePortsDemand& tuple, const Quantity& usable, std::int64_t connections) {
  Detail detail;
  detail.observed = Measure(usable.value, "ports");
  detail.expected = Expectation{Relation::at_least, Measure(connections, "ports")};
  detail.where.origin = tuple.origin;
  detail.terms = usable.terms;
  return detail;
}

Outcome judge_plan(const SourcePortsDemand& tuple, const Quantity& usable, const Settings& settings) {
  if (!tuple.connections) return Unknown{tuple.connections.error()};
  const auto connections = tuple.connections->value;
  auto detail = detail_of(tuple, usable, connections);
  if (connections <= percent_of(usable.value, settings.get(kPlannedPercent))) return Pass{std::move(detail)};
  if (tuple.bounded && tuple.connections->basis == Basis::configured) {
    detail.why = "the maxconn of these servers asks for more connections than there are source ports to them";
    return Fail{Severity::warning, std::move(detail)};
  }
  if (connections <= usable.value) return Pass{std::move(detail)};
  detail.why = "only the global maxconn bounds the connections to this server, and it exceeds the source ports to it";
  return Fail{Severity::info, std::move(detail)};
}

Outcome judge(const SourcePortsDemand& tuple, const Supply& supply, const Settings& settings) {
  const Quantity usable = source_ports_of(tuple, supply.usable);
  const auto used = use_of(supply.observed, tuple).ports();
  if (used * 100 <= usable.value * settings.get(kWarningPercent)) return judge_plan(tuple, usable, settings);
  auto detail = detail_of(tuple, usable, used);
  detail.observed = Measure(used, "ports");
  detail.expected =
      Expectation{Relation::at_most, Measure(usable.value * settings.get(kWarningPercent) / 100, "ports")};
  const auto percent = usable.value > 0 ? used * 100 / usable.value : 100;
  detail.why =
      std::to_string(percent) + " % of the source ports to this server are in use; beyond half connects get slow";
  const bool nearly_out = used * 100 > usable.value * settings.get(kErrorPercent);
  return Fail{nearly_out ? Severity::error : Severity::warning, std::move(detail)};
}

void judge_network(const NetworkFacts& network, const Case& c, Outcomes& outcomes) {
  const auto usable = usable_source_ports(network);
  const auto observed = observed_use(network);
  const auto tuples = tuples_in(network, c);
  outcomes.reserve(outcomes.size() + tuples.size());
  for (const auto& tuple : tuples) {
    const auto about = subject::tuple(tuple.source, tuple.destination);
    if (!usable || !observed) {
      outcomes.push_back({about, Unknown{usable ? observed.error() : usable.error()}});
    } else {
      outcomes.push_back({about, judge(tuple, {*usable, *observed}, c.settings)});
    }
  }
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& network : c.facts.networks) judge_network(network, c, outcomes);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no server with an address and a port"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check port_range_covers_backends{
    .id = "port_range_covers_backends",
    .title = "There are source ports for the connections to every server",
    .rationale =
        "A load balancer runs out of source ports to one server long before it runs out of anything else: "
        "28,232 by default. Then requests fail with 503 and healthy servers are marked DOWN.",
    .advice =
        "Let connections be reused (http-reuse), add source addresses or server addresses, or widen "
        "ip_local_port_range together with ip_local_reserved_ports.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .evaluate = evaluate,
    .remedy = "widen_port_range",
    .rests_on = kLocalPortRange,
};

}  // namespace preflight::checks
