// SPDX-License-Identifier: Apache-2.0
// A full accept queue drops connections without a word. The kernel counts drops for each listener (INET_DIAG_SKMEMINFO)
// and shows the queue itself; a count since boot proves only that it happened once.
#include "policies/check.h"
#include "policies/listening.h"
#include "policies/open_listeners.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::listeners, Need::netstat};
constexpr std::string_view kReferences[] = {"sock_diag(7), INET_DIAG_SKMEMINFO and the queues of a listening socket",
                                            "Linux Documentation/networking/snmp_counter.rst, TcpExtListenOverflows"};

Detail queue_of(const SocketEntry& listener, std::string why) {
  Detail detail;
  detail.observed = Measure(listener.queue, "connections");
  detail.expected = Expectation{Relation::at_most, Measure(listener.queue_limit, "connections")};
  detail.why = std::move(why);
  detail.where.object = "accept queue of " + endpoint(listener.local, listener.local_port);
  return detail;
}

/// The queue holds one connection more than its limit: then the next is dropped.
bool full(const SocketEntry& listener) { return listener.queue > listener.queue_limit; }

Outcome judge(const OpenListener& listener, const NetworkFacts& network) {
  const SocketEntry& now = listener.now();
  if (full(now)) {
    return Fail{Severity::error, queue_of(now, "the accept queue is full: new connections are dropped now")};
  }
  if (!now.drops) return Unknown{{std::errc::not_supported, "drops of a listener", "this kernel does not report them"}};
  if (const auto drops = listener.new_drops().value_or(0); drops != 0) {
    auto detail = queue_of(now, "connections were dropped here while we looked");
    detail.evidence.push_back(grouped(drops) + " drops in " + std::to_string(network.sample.apart.count()) + " ms");
    return Fail{Severity::error, std::move(detail)};
  }
  if (*now.drops == 0) return Pass{queue_of(now, "")};
  auto detail = queue_of(now, "packets were dropped here at some time since the listener was opened");
  detail.evidence.push_back(grouped(*now.drops) + " drops; retransmitted SYNs count again");
  return Fail{Severity::info, std::move(detail)};
}

void judge_instance(const InstanceDemand& demand, const NetworkFacts& network, Outcomes& outcomes) {
  const auto about = subject::instance(demand.instance->name);
  if (!demand.instance->running()) {
    outcomes.push_back({about, NotApplicable{"haproxy does not run"}});
    return;
  }
  const auto listeners = OpenListeners::of(network);
  if (!listeners) {
    outcomes.push_back({about, Unknown{listeners.error()}});
    return;
  }
  const auto before = outcomes.size();
  for (const auto& port : demand.ports) {
    if (port.bind->network_namespace) continue;
    for (const auto& listener : listeners->at(*port.bind)) {
      outcomes.push_back({subject_of(*listener.first), judge(listener, network)});
    }
  }
  if (outcomes.size() == before) {
    outcomes.push_back({about, NotApplicable{"no listener of this configuration is open"}});
  }
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& demand : c.demand.instances) {
    judge_instance(demand, c.facts.network_of(*demand.instance), outcomes);
  }
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check accept_queue_has_not_overflowed{
    .id = "accept_queue_has_not_overflowed",
    .title = "No listener drops connections",
    .rationale =
        "When haproxy accepts more slowly than clients connect, the accept queue fills and the kernel drops "
        "what comes next; clients see slow or failed connects, haproxy logs nothing.",
    .advice =
        "Lengthen the queue (backlog, net.core.somaxconn), or find what keeps haproxy from accepting: maxconn "
        "reached, or too little CPU.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
