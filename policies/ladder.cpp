// SPDX-License-Identifier: Apache-2.0
// Rungs are computed one by one and put in order here: by number, then by the way a connection takes.
#include "policies/ladder.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "policies/ladder/parts.h"
#include "probes/linux/port_set.h"

namespace preflight {
namespace {

constexpr Need kFacts[] = {Need::listeners, Need::memory};
constexpr std::string_view kSysctls[] = {"fs.file-max",
                                         "fs.file-nr",
                                         "fs.nr_open",
                                         "net.core.somaxconn",
                                         kLocalPortRange,
                                         kReservedPorts,
                                         "net.netfilter.nf_conntrack_count",
                                         "net.netfilter.nf_conntrack_max"};
constexpr Needs kNeeds{kFacts, kSysctls};

bool before(const Rung& a, const Rung& b) {
  if (a.connections.has_value() != b.connections.has_value()) return a.connections.has_value();
  if (a.connections && *a.connections != *b.connections) return *a.connections < *b.connections;
  return std::tie(a.limit, a.subject) < std::tie(b.limit, b.subject);
}

/// In order, and of one object's rungs the lowest only: two backends may share a server.
void put_in_order(std::vector<Rung>& rungs) {
  std::stable_sort(rungs.begin(), rungs.end(), before);
  std::set<std::tuple<Limit, Subject>> seen;
  const auto again = [&](const Rung& rung) { return !seen.emplace(rung.limit, rung.subject).second; };
  rungs.erase(std::remove_if(rungs.begin(), rungs.end(), again), rungs.end());
}

Ladder ladder_of(const InstanceDemand& demand, const Facts& facts) {
  const ladder::Routes routes(*demand.instance->config);
  const ladder::Scene scene{demand, facts, facts.network_of(*demand.instance), routes};
  Ladder made;
  made.instance = demand.instance;
  ladder::add_front(scene, made.rungs);
  ladder::add_memory(scene, made.rungs);
  ladder::add_descriptors(scene, made.rungs);
  ladder::add_shared(scene, made.rungs);
  ladder::add_backends(scene, made.rungs);
  ladder::add_accept_queues(scene, made.bursts);
  put_in_order(made.rungs);
  put_in_order(made.bursts);
  return made;
}

/// A small bound on what is not the main road was put there on purpose and stops nothing else.
bool is_met(const Rung& rung) { return rung.connections && !(rung.aside && rung.kind == RungKind::waits); }

}  // namespace

const Rung* Ladder::first() const {
  const auto found = std::find_if(rungs.begin(), rungs.end(), is_met);
  return found == rungs.end() ? nullptr : &*found;
}

const Rung* Ladder::second() const {
  const Rung* lowest = first();
  if (lowest == nullptr) return nullptr;
  const auto higher = [&](const Rung& rung) { return is_met(rung) && *rung.connections > *lowest->connections; };
  const auto found = std::find_if(rungs.begin(), rungs.end(), higher);
  return found == rungs.end() ? nullptr : &*found;
}

std::vector<const Rung*> Ladder::unknown() const {
  std::vector<const Rung*> missing;
  for (const Rung& rung : rungs) {
    if (!rung.connections) missing.push_back(&rung);
  }
  return missing;
}

const Needs& ladder_needs() { return kNeeds; }

std::vector<Ladder> compute_ladders(const Facts& facts, const Demand& demand) {
  std::vector<Ladder> ladders;
  ladders.reserve(demand.instances.size());
  for (const auto& each : demand.instances) ladders.push_back(ladder_of(each, facts));
  return ladders;
}

namespace ladder {

Rung rung_of(Limit limit, Subject subject, std::string name) {
  const auto& spec = spec_of(limit);
  Rung rung;
  rung.limit = limit;
  rung.kind = spec.kind;
  rung.subject = std::move(subject);
  rung.name = std::move(name);
  rung.then = spec.then;
  rung.brief = spec.brief;
  return rung;
}

}  // namespace ladder
}  // namespace preflight
