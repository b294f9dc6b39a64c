// SPDX-License-Identifier: Apache-2.0
// A listener's accept queue is silently capped at net.core.somaxconn when listen(2) is called. A raised sysctl reaches
// a running haproxy only by a restart: a reload hands the listening sockets over and calls listen on none of them.
#include <algorithm>
#include <set>

#include "policies/check.h"
#include "policies/listening.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kKey = "net.core.somaxconn";
constexpr std::string_view kSysctls[] = {kKey};
constexpr Need kNeeds[] = {Need::listeners};
constexpr std::string_view kReferences[] = {"listen(2)", "Linux Documentation/networking/ip-sysctl.rst, somaxconn",
                                            "HAProxy configuration manual: backlog"};
constexpr Parameter kMost{"most", 65535, 1, 1'000'000, "backlog never expected to be longer than this"};
constexpr Parameter kSmall{"small", 1024, 1, 1'000'000, "a cap below this hurts whatever was asked for"};
constexpr Parameter kParameters[] = {kMost, kSmall};

/// A person who wrote `backlog` means it; one who wrote maxconn got a backlog by the way.
bool explicit_backlog(const BacklogDemand& demand) {
  return demand.bind->backlog.has_value() || demand.proxy->backlog.has_value();
}

Severity severity_of(const BacklogDemand& demand, std::int64_t limit, const Settings& settings) {
  if (demand.backlog->basis != Basis::configured) return Severity::info;
  return explicit_backlog(demand) || limit < settings.get(kSmall) ? Severity::warning : Severity::info;
}

/// The listeners of a namespace that ask for more than `limit`; the worst is the one to show.
struct Capped {
  const BacklogDemand* worst = nullptr;
  Severity severity = Severity::info;
  std::size_t count = 0;
};

Capped capped_by(std::int64_t limit, const std::vector<const BacklogDemand*>& demands, const Settings& settings) {
  Capped capped;
  for (const BacklogDemand* demand : demands) {
    if (std::min(demand->backlog->value, settings.get(kMost)) <= limit) continue;
    ++capped.count;
    const auto severity = severity_of(*demand, limit, settings);
    const bool worse = capped.worst == nullptr || severity > capped.severity ||
                       (severity == capped.severity && demand->backlog->value > capped.worst->backlog->value);
    if (!worse) continue;
    capped.worst = demand;
    capped.severity = severity;
  }
  return capped;
}

const BacklogDemand* largest(const std::vector<const BacklogDemand*>& demands) {
  const auto less = [](const auto* a, const auto* b) { return a->backlog->value < b->backlog->value; };
  const auto found = std::max_element(demands.begin(), demands.end(), less);
  return found == demands.end() ? nullptr : *found;
}

Outcome judge_sysctl(std::int64_t limit, const std::vector<const BacklogDemand*>& demands, const Settings& settings) {
  const auto capped = capped_by(limit, demands, settings);
  const auto* shown = capped.worst != nullptr ? capped.worst : largest(demands);
  if (shown == nullptr) return NotApplicable{"no listener on an address and port"};
  Detail detail;
  detail.observed = Measure(limit, "connections");
  detail.expected =
      Expectation{Relation::at_least, Measure(std::min(shown->backlog->value, settings.get(kMost)), "connections")};
  detail.where.object = "/proc/sys/net/core/somaxconn";
  detail.terms = shown->backlog->terms;
  if (capped.worst == nullptr) return Pass{std::move(detail)};
  detail.why = "the kernel caps the accept queue below the backlog haproxy asks for";
  detail.evidence.push_back(std::to_string(capped.count) + (capped.count == 1 ? " listener asks" : " listeners ask") +
                            " for more; haproxy says nothing, the kernel neither");
  return Fail{capped.severity, std::move(detail)};
}

std::optional<std::uint32_t> second_drops(const NetworkFacts& network, const SocketEntry& listener) {
  if (!network.sample.listeners) return std::nullopt;
  for (const auto& later : *network.sample.listeners) {
    if (later.inode == listener.inode) return later.drops;
  }
  return std::nullopt;
}

/// What a live listener really got, where it is less than was asked for.
void judge_listener(const SocketEntry& listener, const BacklogDemand& demand, const NetworkFacts& network,
                    std::int64_t limit, const Settings& settings, Outcomes& outcomes) {
  const auto wanted = std::min(demand.backlog->value, settings.get(kMost));
  if (listener.queue_limit >= wanted) return;
  Detail detail;
  detail.observed = Measure(listener.queue_limit, "connections");
  detail.expected = Expectation{Relation::at_least, Measure(wanted, "connections")};
  detail.where.origin = demand.bind->origin;
  detail.terms = demand.backlog->terms;
  auto severity = severity_of(demand, listener.queue_limit, settings);
  detail.why = limit < wanted ? "this listener's accept queue was capped by somaxconn"
                              : "this listener's accept queue is shorter than asked, although somaxconn now allows it: "
                                "only a restart applies it, a reload does not";
  if (second_drops(network, listener).value_or(0) > listener.drops.value_or(UINT32_MAX)) {
    severity = Severity::error;
    detail.evidence.push_back("connections were dropped here while we looked");
  }
  outcomes.push_back({subject_of(listener), Fail{severity, std::move(detail)}});
}

void judge_listeners(const InstanceDemand& instance, const NetworkFacts& network, std::int64_t limit,
                     const Settings& settings, Outcomes& outcomes) {
  if (!instance.instance->running() || !network.tcp_listeners) return;
  std::set<std::uint64_t> judged;
  for (const auto& demand : instance.backlog) {
    if (!demand.backlog) continue;
    for (const auto& listener : *network.tcp_listeners) {
      if (!matches(*demand.bind, listener) || !judged.insert(listener.inode).second) continue;
      judge_listener(listener, demand, network, limit, settings, outcomes);
    }
  }
}

/// Everything asked for in one namespace; an automatic maxconn that is not known leaves its listeners out.
std::vector<const BacklogDemand*> demands_in(const NetworkFacts& network, const Case& c, Result<void>& known) {
  std::vector<const BacklogDemand*> demands;
  for (const auto& instance : c.demand.instances) {
    if (instance.instance->netns != network.netns) continue;
    for (const auto& one : instance.backlog) {
      if (one.backlog) {
        demands.push_back(&one);
      } else {
        known = tl::make_unexpected(one.backlog.error());
      }
    }
  }
  return demands;
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes;
  for (const auto& network : c.facts.networks) {
    const auto about = subject::sysctl(kKey);
    const auto limit = network.sysctls.integer(kKey);
    if (!limit) {
      outcomes.push_back({about, Unknown{limit.error()}});
      continue;
    }
    Result<void> known;
    const auto demands = demands_in(network, c, known);
    auto outcome = judge_sysctl(*limit, demands, c.settings);
    if (!known && !std::holds_alternative<Fail>(outcome)) outcome = Unknown{known.error()};
    outcomes.push_back({about, std::move(outcome)});
    for (const auto& instance : c.demand.instances) {
      if (instance.instance->netns == network.netns) {
        judge_listeners(instance, network, *limit, c.settings, outcomes);
      }
    }
  }
  return outcomes;
}

}  // namespace

extern constinit const Check somaxconn_covers_backlog{
    .id = "somaxconn_covers_backlog",
    .title = "The accept queue is as long as haproxy.cfg asks",
    .rationale =
        "listen(2) truncates the backlog to net.core.somaxconn without an error, so a burst of connections "
        "is dropped although the configuration looks right.",
    .advice =
        "Raise net.core.somaxconn in a file of /etc/sysctl.d, then restart haproxy: a reload keeps the old queue.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .evaluate = evaluate,
    .remedy = "raise_sysctl",
};

}  // namespace preflight::checks
