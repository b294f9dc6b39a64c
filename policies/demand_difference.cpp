// SPDX-License-Identifier: Apache-2.0
// Demands are matched by name, instance and subject: a server that moves to another line demands the same.
#include "policies/demand_difference.h"

#include <map>
#include <tuple>

#include "policies/listening.h"

namespace preflight {
namespace {

using Key = std::tuple<std::string, std::string_view, std::string>;  // instance, name, subject

/// A demand's quantities, to be found by key and told in order.
struct Quantities {
  std::vector<Key> order;
  std::map<Key, DemandDifference::Side> values;

  void add(Key key, const Result<Quantity>& quantity) {
    const auto value = quantity ? std::optional(quantity->value) : std::nullopt;
    if (values.try_emplace(key, DemandDifference::Side{true, value}).second) order.push_back(std::move(key));
  }
  [[nodiscard]] DemandDifference::Side find(const Key& key) const {
    const auto found = values.find(key);
    return found == values.end() ? DemandDifference::Side{} : found->second;
  }
};

void add_quantities(Quantities& all, const std::string& name, const InstanceDemand& demand) {
  all.add({name, "maxconn", ""}, demand.maxconn);
  all.add({name, "file_descriptors", ""}, demand.file_descriptors);
  all.add({name, "memory", ""}, demand.memory);
  all.add({name, "conntrack", ""}, demand.conntrack);
  for (const auto& one : demand.backlog) all.add({name, "backlog", subject_of(*one.bind).text}, one.backlog);
  for (const auto& one : demand.source_ports) {
    all.add({name, "source_ports", subject::tuple(one.source, one.destination).text}, one.connections);
  }
}

Quantities quantities_of(const Demand& demand) {
  Quantities all;
  for (const auto& each : demand.instances) add_quantities(all, each.instance->name, each);
  return all;
}

DemandDifference difference(const Key& key, const Quantities& was, const Quantities& is) {
  return {std::get<1>(key), std::get<0>(key), std::get<2>(key), was.find(key), is.find(key)};
}

std::vector<DemandDifference> differences(const Quantities& was, const Quantities& is) {
  std::vector<DemandDifference> found;
  for (const auto& key : is.order) {
    if (!(was.find(key) == is.find(key))) found.push_back(difference(key, was, is));
  }
  for (const auto& key : was.order) {
    if (is.values.count(key) == 0) found.push_back(difference(key, was, is));
  }
  return found;
}

}  // namespace

std::vector<DemandDifference> differences(const Demand& before, const Demand& after) {
  return differences(quantities_of(before), quantities_of(after));
}

std::vector<DemandDifference> differences(const InstanceDemand& before, const InstanceDemand& after) {
  Quantities was;
  Quantities is;
  add_quantities(was, after.instance->name, before);
  add_quantities(is, after.instance->name, after);
  return differences(was, is);
}

}  // namespace preflight
