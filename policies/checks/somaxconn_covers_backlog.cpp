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

void judge_instance(const InstanceDemand& demand, const NetworkFacts& network, std::int64_t limit, const Case& c,
                    Outcomes& outcomes) {
  const auto listeners = OpenListeners::of(network);
  const bool running = demand.instance->running();
  if (running && !listeners) outcomes.push_back({subject::instance(demand.instance->name), Unknown{listeners.error()}});
  for (const auto& asked : demand.backlog) {
    if (const auto& elsewhere = asked.bind->network_namespace; elsewhere) {
      Error error{std::errc::not_supported, "somaxconn of namespace " + elsewhere->value, "is not read"};
      outcomes.push_back({subject_of(*asked.bind), Unknown{std::move(error)}});
      continue;
    }
    outcomes.push_back({subject::sysctl(kKey), judge(asked, limit, c.settings)});
    if (!running || !listeners) continue;
    for (const auto& listener : listeners->at(*asked.bind)) judge_open(listener, asked, limit, c, outcomes);
  }
}

/// Every listener has a say in the namespace's limit; the worst is told.
void judge_network(const NetworkFacts& network, const Case& c, Outcomes& outcomes) {
  const auto about = subject::sysctl(kKey);
  const auto limit = network.sysctls.integer(kKey);
  outcomes.push_back(
      {about, limit ? Outcome(NotApplicable{"no listener on an address and port"}) : Outcome(Unknown{limit.error()})});
  if (!limit) return;
  for (const auto& instance : c.facts.instances) {
    if (instance.netns != network.netns) continue;
    const auto* demand = c.demand.of(instance);
    if (demand != nullptr) judge_instance(*demand, network, *limit, c, outcomes);
    if (demand == nullptr) outcomes.push_back({about, Unknown{instance.config.error()}});
  }
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
