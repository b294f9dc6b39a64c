// SPDX-License-Identifier: Apache-2.0
// A listener's accept queue is silently capped at net.core.somaxconn when listen(2) is called. A raised sysctl reaches
// a running haproxy only by a restart: a reload hands the listening sockets over and calls listen on none of them.
#include <algorithm>

#include "policies/check.h"
#include "policies/listening.h"
#include "policies/open_listeners.h"
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

/// One listener's demand against a limit: that of the namespace, or the one it got when it was opened.
Outcome judge(const BacklogDemand& demand, std::int64_t limit, const Settings& settings) {
  if (!demand.backlog) return Unknown{demand.backlog.error()};
  const auto wanted = std::min(demand.backlog->value, settings.get(kMost));
  Detail detail;
  detail.observed = Measure(limit, "connections");
  detail.expected = Expectation{Relation::at_least, Measure(wanted, "connections")};
  detail.why = "the kernel caps accept queues at " + grouped(limit) + ", haproxy asks for " + grouped(wanted);
  detail.where.object = "/proc/sys/net/core/somaxconn";
  detail.terms = demand.backlog->terms;
  const bool configured = demand.backlog->basis == Basis::configured;
  const bool hurts = explicit_backlog(demand) || limit < settings.get(kSmall);
  return pass_or_fail(limit >= wanted, configured && hurts ? Severity::warning : Severity::info, std::move(detail));
}

/// What a listener really got; only a queue shorter than asked is told.
void judge_open(const OpenListener& listener, const BacklogDemand& demand, std::int64_t limit, const Case& c,
                Outcomes& outcomes) {
  const std::int64_t got = listener.now().queue_limit;
  auto outcome = judge(demand, got, c.settings);
  auto* failure = std::get_if<Fail>(&outcome);
  if (failure == nullptr) return;
  failure->detail.where = {demand.bind->origin, {}};
  failure->detail.why = limit > got
                            ? "this listener's accept queue is shorter than asked, although somaxconn now allows "
                              "more: only a restart applies it, a reload does not"
                            : "this listener's accept queue was capped by somaxconn";
  if (limit <= got) failure->detail.consequence_of = Cause{"somaxconn_covers_backlog", subject::sysctl(kKey)};
  if (const auto drops = listener.new_drops().value_or(0); drops != 0) {
    failure->severity = Severity::error;
    failure->detail.consequence_of.reset();  // what is lost now is told by itself
    failure->detail.evidence.push_back("dropped here while we looked: " + grouped(drops));
  }
  outcomes.push_back({subject_of(*listener.first), std::move(outcome)});
}

using Backlogs = std::vector<const BacklogDemand*>;

/// The namespace's limit against every listener that asks for a queue in it: the worst is told, and how many more there
/// are.
Outcome judge_limit(const Backlogs& asked, std::int64_t limit, const Settings& settings) {
  if (asked.empty()) return NotApplicable{"no listener on an address and port"};
  const auto about = subject::sysctl(kKey);
  Outcomes outcomes;
  for (const auto* demand : asked) outcomes.push_back({about, judge(*demand, limit, settings)});
  const auto capped = std::count_if(outcomes.begin(), outcomes.end(),
                                    [](const auto& one) { return std::holds_alternative<Fail>(one.outcome); });
  auto worst = std::move(worst_of_each_subject(std::move(outcomes)).front().outcome);
  if (auto* failure = std::get_if<Fail>(&worst); failure != nullptr) {
    const std::string who = capped == 1 ? "1 listener asks" : grouped(capped) + " listeners ask";
    failure->detail.evidence.push_back(who + " for more; neither haproxy nor the kernel says so");
  }
  return worst;
}

/// The open listeners of one instance; what it asks of the namespace's limit is added to `asked`.
void judge_instance(const InstanceDemand& demand, const NetworkFacts& network, std::int64_t limit, const Case& c,
                    Backlogs& asked, Outcomes& outcomes) {
  const auto listeners = OpenListeners::of(network);
  const bool running = demand.instance->running();
  if (running && !listeners) outcomes.push_back({subject::instance(demand.instance->name), Unknown{listeners.error()}});
  for (const auto& backlog : demand.backlog) {
    if (const auto& elsewhere = backlog.bind->network_namespace; elsewhere) {
      Error error{std::errc::not_supported, "somaxconn of namespace " + elsewhere->value, "is not read"};
      outcomes.push_back({subject_of(*backlog.bind), Unknown{std::move(error)}});
      continue;
    }
    asked.push_back(&backlog);
    if (!running || !listeners) continue;
    for (const auto& listener : listeners->at(*backlog.bind)) judge_open(listener, backlog, limit, c, outcomes);
  }
}

void judge_network(const NetworkFacts& network, const Case& c, Outcomes& outcomes) {
  const auto about = subject::sysctl(kKey);
  const auto limit = network.sysctls.integer(kKey);
  if (!limit) {
    outcomes.push_back({about, Unknown{limit.error()}});
    return;
  }
  Backlogs asked;
  for (const auto& demand : c.demand.instances) {
    if (demand.instance->netns == network.netns) judge_instance(demand, network, *limit, c, asked, outcomes);
  }
  outcomes.push_back({about, judge_limit(asked, *limit, c.settings)});
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& network : c.facts.networks) judge_network(network, c, outcomes);
  return worst_of_each_subject(std::move(outcomes));
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
