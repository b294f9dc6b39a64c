// SPDX-License-Identifier: Apache-2.0
// A full accept queue drops connections without a word. The kernel counts drops for each listener (INET_DIAG_SKMEMINFO)
// and shows the queue itself; a count since boot proves only that it happened once.
#include <set>

#include "policies/check.h"
#include "policies/listening.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::listeners, Need::netstat};
constexpr std::string_view kReferences[] = {"sock_diag(7), INET_DIAG_SKMEMINFO and the queues of a listening socket",
                                            "Linux Documentation/networking/snmp_counter.rst, TcpExtListenOverflows"};

const SocketEntry* later_of(const NetworkFacts& network, const SocketEntry& listener) {
  if (!network.sample.listeners) return nullptr;
  for (const auto& later : *network.sample.listeners) {
    if (later.inode == listener.inode) return &later;
  }
  return nullptr;
}

Detail queue_of(const SocketEntry& listener, std::string why) {
  Detail detail;
  detail.observed = Measure(listener.queue, "connections");
  detail.expected = Expectation{Relation::at_most, Measure(listener.queue_limit, "connections")};
  detail.why = std::move(why);
  detail.where.object = "accept queue of " + endpoint(listener.local, listener.local_port);
  return detail;
}

/// The queue holds one connection more than its limit: then the next is dropped.
bool full(const SocketEntry& listener) { return listener.queue_limit != 0 && listener.queue > listener.queue_limit; }

Outcome judge(const SocketEntry& first, const NetworkFacts& network) {
  const SocketEntry* later = later_of(network, first);
  const SocketEntry& now = later != nullptr ? *later : first;
  if (full(now))
    return Fail{Severity::error, queue_of(now, "the accept queue is full: new connections are dropped now")};
  if (!first.drops)
    return Unknown{{std::errc::not_supported, "drops of a listener", "this kernel does not report them"}};
  if (later != nullptr && later->drops.value_or(0) > *first.drops) {
    auto detail = queue_of(now, "connections were dropped here while we looked");
    detail.evidence.push_back(grouped(*later->drops - *first.drops) + " drops in " +
                              std::to_string(network.sample.apart.count()) + " ms");
    return Fail{Severity::error, std::move(detail)};
  }
  if (*first.drops == 0) return Pass{queue_of(now, "")};
  auto detail = queue_of(now, "packets were dropped here at some time since the listener was opened");
  detail.evidence.push_back(grouped(*first.drops) + " drops; retransmitted SYNs count again");
  return Fail{Severity::info, std::move(detail)};
}

Outcomes of_instance(const InstanceDemand& instance, const NetworkFacts& network) {
  const auto about = subject::instance(instance.instance->name);
  if (!instance.instance->running()) return one(about, NotApplicable{"haproxy does not run"});
  if (!network.tcp_listeners) return one(about, Unknown{network.tcp_listeners.error()});
  Outcomes outcomes;
  std::set<std::uint64_t> judged;
  for (const auto& port : instance.ports) {
    if (protocol_of(*port.bind) != Protocol::tcp) continue;
    for (const auto& listener : *network.tcp_listeners) {
      if (!matches(*port.bind, listener) || !judged.insert(listener.inode).second) continue;
      outcomes.push_back({subject_of(listener), judge(listener, network)});
    }
  }
  if (outcomes.empty()) return one(about, NotApplicable{"no listener of this configuration is open"});
  return outcomes;
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes;
  for (const auto& instance : c.demand.instances) {
    auto some = of_instance(instance, c.facts.network_of(*instance.instance));
    outcomes.insert(outcomes.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return outcomes;
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
