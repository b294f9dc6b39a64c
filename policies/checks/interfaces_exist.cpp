// SPDX-License-Identifier: Apache-2.0
// `interface` binds a socket to a device with SO_BINDTODEVICE. When that fails haproxy warns at start, on a `bind`, or
// says nothing, on a `source`, and goes on with a socket that is bound to no device: the management port that was meant
// for one network listens on all of them.
#include <algorithm>
#include <map>

#include "policies/check.h"
#include "policies/open_listeners.h"

namespace preflight::checks {
namespace {

using haproxy::Bind;

constexpr Need kNeeds[] = {Need::interfaces, Need::listeners};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: interface, source",
                                            "socket(7), SO_BINDTODEVICE"};
constexpr std::size_t kQuoted = 5;

/// Where one interface is named.
struct Use {
  std::vector<const Bind*> binds;
  std::vector<haproxy::Origin> sources;
};
using Uses = std::map<std::string, Use>;

void add_binds(Uses& uses, const std::vector<Bind>& binds) {
  for (const auto& bind : binds) {
    // In a namespace of its own there are other interfaces than those we see.
    if (bind.interface && !bind.network_namespace) uses[bind.interface->value].binds.push_back(&bind);
  }
}

void add_source(Uses& uses, const std::optional<haproxy::Text>& interface) {
  if (interface) uses[interface->value].sources.push_back(interface->origin);
}

Uses uses_of(const haproxy::Config& config) {
  Uses uses;
  add_binds(uses, config.global.stats_sockets);
  for (const auto& peers : config.peers) add_binds(uses, peers.binds);
  for (const auto& proxy : config.proxies) {
    if (proxy.disabled) continue;
    add_binds(uses, proxy.binds);
    add_source(uses, proxy.source_interface);
    for (const auto& server : proxy.servers) add_source(uses, server.settings.source_interface);
  }
  return uses;
}

/// Whether a socket that listens there now is bound to some device: by an alternative name, then, which the list of
/// interfaces does not show.
bool is_bound(const std::vector<const Bind*>& binds, const NetworkFacts& network) {
  const auto listeners = OpenListeners::of(network);
  if (!listeners) return false;
  return std::any_of(binds.begin(), binds.end(), [&](const Bind* bind) {
    const auto open = listeners->at(*bind);
    return std::any_of(open.begin(), open.end(), [](const auto& one) { return one.now().interface != 0; });
  });
}

Detail detail_of(const std::string& name, const Use& use) {
  const bool listens = !use.binds.empty();
  Detail detail;
  detail.observed = Measure("no interface " + name);
  detail.why = "there is no interface " + name + ": haproxy " +
               (listens ? "will listen on all interfaces instead" : "will connect through any interface instead");
  detail.where.origin = listens ? use.binds.front()->interface->origin : use.sources.front();
  if (listens) {
    detail.evidence.push_back("haproxy will say \"cannot bind receiver to device '" + name +
                              "' (No such device)\" and go on; `haproxy -c` says valid");
  } else {
    detail.evidence.emplace_back("haproxy will say nothing of it; `haproxy -c` says valid");
  }
  const auto count = use.binds.size() + use.sources.size();
  std::vector<haproxy::Origin> places = use.sources;
  std::transform(use.binds.begin(), use.binds.end(), std::back_inserter(places),
                 [](const Bind* bind) { return bind->interface->origin; });
  for (std::size_t i = 0; count > 1 && i < std::min(count, kQuoted); ++i) {
    detail.evidence.push_back("named at " + places[i].text());
  }
  if (count > kQuoted) detail.evidence.push_back("and " + std::to_string(count - kQuoted) + " times more");
  return detail;
}

Outcome judge(const std::string& name, const Use& use, const NetworkFacts& network) {
  if (!network.interfaces) return Unknown{{std::errc::no_message, name, "not looked up"}};
  if (!*network.interfaces) return Unknown{network.interfaces->error()};
  if ((*network.interfaces)->count(name) != 0 || is_bound(use.binds, network)) return Pass{};
  return Fail{Severity::error, detail_of(name, use)};
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& demand : c.demand.instances) {
    const auto& network = c.facts.network_of(*demand.instance);
    for (const auto& [name, use] : uses_of(*demand.instance->config)) {
      outcomes.push_back({subject::interface(name), judge(name, use, network)});
    }
  }
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no configuration names an interface"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check interfaces_exist{
    .id = "interfaces_exist",
    .title = "Every interface that the configuration names exists",
    .rationale =
        "haproxy only warns when it cannot bind a socket to the interface it was told, and then listens on all of "
        "them: what was meant for one network is open to every other one.",
    .advice = "Correct the name, bring the interface up before haproxy starts, or bind to an address of its own.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
