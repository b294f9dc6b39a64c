// SPDX-License-Identifier: Apache-2.0
// What a configuration wants of a setting: the quantities that the setting bounds, and what the checks say of its value
// now and after the next boot. A setting bounds one kind of quantity at most.
#include <algorithm>
#include <array>
#include <map>

#include "agent/why.h"
#include "policies/listening.h"
#include "policies/sysctl_demand.h"

namespace preflight {
namespace {

using Demands = std::vector<SettingDemand>;

void backlog(const InstanceDemand& demand, Demands& found) {
  if (const auto* largest = demand.largest_backlog()) {
    found.push_back(
        {demand.instance->name, "connections in the accept queue of " + endpoint_of(*largest->bind), largest->backlog});
  }
}

void descriptors(const InstanceDemand& demand, Demands& found) {
  found.push_back({demand.instance->name, "file descriptors", demand.file_descriptors});
}

void conntrack(const InstanceDemand& demand, Demands& found) {
  found.push_back({demand.instance->name, "connection tracking entries", demand.conntrack});
}

/// The destination that asks for most.
void source_ports(const InstanceDemand& demand, Demands& found) {
  const auto asked = [](const SourcePortsDemand& tuple) { return tuple.connections ? tuple.connections->value : -1; };
  const auto& tuples = demand.source_ports;
  const auto most =
      std::max_element(tuples.begin(), tuples.end(), [&](const auto& a, const auto& b) { return asked(a) < asked(b); });
  if (most == tuples.end()) return;
  found.push_back({demand.instance->name, "source ports to " + most->destination, most->connections});
}

/// The lowest port that is bound.
void lowest_port(const InstanceDemand& demand, Demands& found) {
  const haproxy::Bind* lowest = nullptr;
  for (const auto& port : demand.ports) {
    const auto* bind = port.bind;
    if (bind == nullptr || bind->address.first_port == 0) continue;
    if (lowest == nullptr || bind->address.first_port < lowest->address.first_port) lowest = bind;
  }
  if (lowest == nullptr) return;
  Term term{"bind " + endpoint_of(*lowest), lowest->address.first_port, lowest->origin};
  found.push_back({demand.instance->name, "lowest port to bind", Quantity{term.value, Basis::configured, {term}}});
}

struct Bounded {
  std::string_view key;
  void (*quantity)(const InstanceDemand&, Demands&);
};

constexpr std::array<Bounded, 9> kBounded = {{{"fs.file-max", descriptors},
                                              {"fs.nr_open", descriptors},
                                              {"net.core.somaxconn", backlog},
                                              {"net.ipv4.ip_local_port_range", source_ports},
                                              {"net.ipv4.ip_local_reserved_ports", source_ports},
                                              {"net.ipv4.ip_unprivileged_port_start", lowest_port},
                                              {"net.ipv4.tcp_max_syn_backlog", backlog},
                                              {"net.netfilter.nf_conntrack_max", conntrack},
                                              {"net.nf_conntrack_max", conntrack}}};

using About = std::pair<std::string_view, std::string>;  // check, subject
using Verdicts = std::map<About, SettingVerdict>;

Standing standing_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return Standing::info;
    case Severity::warning:
      return Standing::warning;
    case Severity::error:
      break;
  }
  return Standing::error;
}

void add_failures(const SysctlJudgements& judgements, Standing SettingVerdict::*when, Verdicts& verdicts) {
  for (const auto& one : judgements) {
    const auto* failure = one.failure();
    if (failure == nullptr) continue;
    auto& verdict = verdicts[{one.check->id, one.judgement.subject.text}];
    verdict.check = one.check->id;
    verdict.subject = one.judgement.subject.text;
    verdict.*when = standing_of(failure->severity);
    verdict.why = failure->detail.why;
  }
}

/// Where the value is known and a check does not fail, it is fine.
void settle(Verdicts& verdicts, bool known, Standing SettingVerdict::*when) {
  for (auto& [about, verdict] : verdicts) {
    if (known && verdict.*when == Standing::not_known) verdict.*when = Standing::fine;
  }
}

}  // namespace

bool may_be_demanded(std::string_view key) {
  return !checks_that_read(key).empty() ||
         std::any_of(kBounded.begin(), kBounded.end(), [&](const auto& bounded) { return bounded.key == key; });
}

void add_demand(Why& why, const Case& scene) {
  const auto bounded = std::find_if(kBounded.begin(), kBounded.end(), [&](const auto& b) { return b.key == why.name; });
  const bool descriptors_of_unit = why.kind == Why::Kind::unit_limit;
  if (descriptors_of_unit ? why.instance.empty() : bounded == kBounded.end() && why.checks.empty()) return;
  for (const auto& instance : scene.facts.instances) {
    if (!why.instance.empty() && instance.name != why.instance) continue;
    const auto* demand = scene.demand.of(instance);
    if (demand == nullptr) {
      if (!instance.config) why.demands_unknown.push_back(instance.config.error());
    } else if (descriptors_of_unit) {
      descriptors(*demand, why.demands);
    } else if (bounded != kBounded.end()) {
      bounded->quantity(*demand, why.demands);
    }
  }
}

void add_verdicts(Why& why, SysctlDemand& judge, const SysctlValues& booted) {
  if (why.checks.empty()) return;
  SysctlValues then;  // of all that is judged together with it
  for (const auto* const check : all_checks()) {
    if (!looks_at(*check, why.name)) continue;
    for (const auto key : check->needs.sysctls) {
      if (const auto found = booted.find(key); found != booted.end()) then.insert(*found);
    }
  }
  Verdicts verdicts;
  const auto now = judge.running(why.name);
  const bool known = then.count(why.name) != 0;
  if (now) add_failures(judge.judgements({{why.name, *now}}), &SettingVerdict::now, verdicts);
  if (known) add_failures(judge.judgements(then), &SettingVerdict::then, verdicts);
  settle(verdicts, now.has_value(), &SettingVerdict::now);
  settle(verdicts, known, &SettingVerdict::then);
  for (auto& [about, verdict] : verdicts) {
    if (looks_at(*find_check(about.first), why.name)) why.verdicts.push_back(std::move(verdict));
  }
}

}  // namespace preflight
