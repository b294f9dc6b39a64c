// SPDX-License-Identifier: Apache-2.0
// Two proxies on one address and port both start, because haproxy sets SO_REUSEPORT, and the kernel deals connections
// to either: half of the requests reach the wrong frontend. `haproxy -c` does not see it.
#include <algorithm>
#include <tuple>

#include "policies/check.h"
#include "policies/listening.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kReferences[] = {"HAProxy configuration manual: bind, noreuseport",
                                            "socket(7), SO_REUSEPORT"};

auto key_of(const PortDemand& demand) {
  const auto& address = demand.bind->address;
  return std::make_tuple(protocol_of(*demand.bind), *address.ip, address.first_port);
}

std::string text_of(const std::optional<haproxy::Text>& text) { return text ? text->value : std::string(); }

/// Disjoint thread sets on one address are a known idiom; only what is plainly the same is a mistake.
bool meant_apart(const haproxy::Bind& a, const haproxy::Bind& b) {
  const bool devices = text_of(a.interface) != text_of(b.interface);
  const bool namespaces = text_of(a.network_namespace) != text_of(b.network_namespace);
  const bool threads = text_of(a.thread) != text_of(b.thread);
  return devices || namespaces || threads;
}

bool collide(const PortDemand& a, const PortDemand& b) {
  const auto& first = a.bind->address;
  const auto& second = b.bind->address;
  const bool same = protocol_of(*a.bind) == protocol_of(*b.bind) && first.ip == second.ip;
  return same && second.first_port <= first.last_port && !meant_apart(*a.bind, *b.bind);
}

Outcome failure(const PortDemand& earlier, const PortDemand& later) {
  Detail detail;
  detail.observed = Measure(earlier.owner + " and " + later.owner);
  detail.expected = Expectation{Relation::equal, Measure(std::string("one owner"))};
  detail.why = "two listeners on one address and port: the kernel deals connections to either";
  detail.where.origin = later.bind->origin;
  detail.evidence.push_back("also at " + earlier.bind->origin.text() + "; `haproxy -c` says valid");
  return Fail{Severity::error, std::move(detail)};
}

/// Sorted by address and first port, the binds that overlap one stand right after it.
Outcomes judge(std::vector<const PortDemand*> demands) {
  std::sort(demands.begin(), demands.end(), [](const auto* a, const auto* b) { return key_of(*a) < key_of(*b); });
  Outcomes outcomes;
  for (std::size_t i = 0; i < demands.size(); ++i) {
    const auto& earlier = *demands[i];
    bool distinct = true;
    for (std::size_t j = i + 1; j < demands.size(); ++j) {
      const auto& later = *demands[j];
      if (later.bind->address.ip != earlier.bind->address.ip ||
          later.bind->address.first_port > earlier.bind->address.last_port) {
        break;
      }
      if (!collide(earlier, later)) continue;
      distinct = false;
      outcomes.push_back({subject_of(*later.bind), failure(earlier, later)});
      break;
    }
    if (distinct) outcomes.push_back({subject_of(*earlier.bind), Pass{}});
  }
  return outcomes;
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& instance : c.demand.instances) {
    std::vector<const PortDemand*> demands;
    for (const auto& port : instance.ports) {
      if (port.bind->address.ip) demands.push_back(&port);
    }
    auto some = judge(std::move(demands));
    outcomes.insert(outcomes.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with an address and a port"});
  return outcomes;
}

}  // namespace

extern constinit const Check bind_ports_are_distinct{
    .id = "bind_ports_are_distinct",
    .title = "No address and port is bound twice",
    .rationale =
        "A forgotten second bind does not fail: both listeners open, and a share of the connections reaches "
        "the wrong one, at random.",
    .advice = "Remove one of the two binds, or give them distinct addresses, interfaces or thread sets.",
    .severity = Severity::error,
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
