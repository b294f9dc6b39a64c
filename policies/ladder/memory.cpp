// SPDX-License-Identifier: Apache-2.0
// Memory has no queue: what a control group allows, else what the host has, divided by what one busy connection takes.
#include <algorithm>

#include "policies/ladder/parts.h"
#include "probes/base/text.h"

namespace preflight::ladder {
namespace {

/// So many bytes, and who sets that.
struct Room {
  std::int64_t bytes = 0;
  std::string source;
};

Result<Room> room_of(const Scene& scene) {
  const auto& bound = scene.instance().memory_limit;
  if (!bound) return tl::make_unexpected(bound.error());
  if (*bound) {
    const auto bytes = std::min<std::uint64_t>((*bound)->value, static_cast<std::uint64_t>(INT64_MAX));
    return Room{static_cast<std::int64_t>(bytes), (*bound)->source};
  }
  const auto& memory = scene.facts.host.memory;
  if (!memory) return tl::make_unexpected(memory.error());
  return Room{memory->total, "the host"};
}

/// The demand grows with maxconn alone, so one connection's share of it is exact.
Result<std::int64_t> bytes_a_connection(const InstanceDemand& demand) {
  if (!demand.maxconn) return tl::make_unexpected(demand.maxconn.error());
  if (!demand.memory) return tl::make_unexpected(demand.memory.error());
  return std::max<std::int64_t>(demand.memory->value / std::max<std::int64_t>(demand.maxconn->value, 1), 1);
}

Result<void> fill(Rung& rung, const Scene& scene) {
  const auto room = room_of(scene);
  if (!room) return tl::make_unexpected(room.error());
  const auto each = bytes_a_connection(scene.demand);
  if (!each) return tl::make_unexpected(each.error());
  rung.connections = room->bytes / *each;
  rung.terms = {{"bytes of " + room->source + ", " + grouped(*each) + " a connection", room->bytes, {}}};
  return {};
}

}  // namespace

void add_memory(const Scene& scene, std::vector<Rung>& rungs) {
  Rung rung = rung_of(Limit::memory, subject::instance(scene.instance().name), "memory");
  if (const auto filled = fill(rung, scene); !filled) rung.connections = tl::make_unexpected(filled.error());
  if (rung.connections && *rung.connections >= kBeyondReach) return;
  rungs.push_back(std::move(rung));
}

}  // namespace preflight::ladder
