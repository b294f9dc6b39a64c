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
  std::map<Key, std::optional<std::int64_t>> values;

  void add(Key key, const Result<Quantity>& quantity) {
    const auto value = quantity ? std::optional(quantity->value) : std::nullopt;
    if (values.try_emplace(key, value).second) order.push_back(std::move(key));
  }
  [[nodiscard]] std::optional<std::int64_t> find(const Key& key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::nullopt : found->second;
  }
};

Quantities quantities_of(const Demand& demand) {
  Quantities all;
  for (const auto& each : demand.instances) {
    const auto& name = each.instance->name;
    all.add({name, "maxconn", ""}, each.maxconn);
    all.add({name, "file_descriptors", ""}, each.file_descriptors);
    all.add({name, "conntrack", ""}, each.conntrack);
    for (const auto& one : each.backlog) all.add({name, "backlog", subject_of(*one.bind).text}, one.backlog);
    for (const auto& one : each.source_ports) {
      all.add({name, "source_ports", subject::tuple(one.source, one.destination).text}, one.connections);
    }
  }
  return all;
}

DemandDifference difference(const Key& key, std::optional<std::int64_t> before, std::optional<std::int64_t> after) {
  return {std::get<1>(key), std::get<0>(key), std::get<2>(key), before, after};
}

}  // namespace

std::vector<DemandDifference> differences(const Demand& before, const Demand& after) {
  const auto was = quantities_of(before);
  const auto is = quantities_of(after);
  std::vector<DemandDifference> found;
  for (const auto& key : is.order) {
    if (was.find(key) != is.find(key)) found.push_back(difference(key, was.find(key), is.find(key)));
  }
  for (const auto& key : was.order) {
    if (is.values.count(key) == 0 && was.find(key)) found.push_back(difference(key, was.find(key), std::nullopt));
  }
  return found;
}

}  // namespace preflight
