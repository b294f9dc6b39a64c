// SPDX-License-Identifier: Apache-2.0
// Exact in integers: a level is a fraction, because three servers share two ports as they share any other number.
#include "policies/ladder/water_level.h"

#include <algorithm>

namespace preflight::ladder {
namespace {

constexpr std::int64_t kMostServers = std::int64_t{1} << 20;  // of one line: a template of more is an accident
constexpr std::int64_t kMostConnections = std::int64_t{1} << 40;

void sort(std::vector<Glass>& glasses) {
  for (Glass& glass : glasses) glass.count = std::clamp<std::int64_t>(glass.count, 0, kMostServers);
  std::sort(glasses.begin(), glasses.end(), [](const Glass& a, const Glass& b) { return a.cap < b.cap; });
}

std::int64_t servers_in(const std::vector<Glass>& glasses) {
  std::int64_t servers = 0;
  for (const Glass& glass : glasses) servers += glass.count;
  return servers;
}

std::int64_t content(const Glass& glass) {
  return glass.count == 0 ? 0 : std::min(glass.cap, kMostConnections / glass.count) * glass.count;
}

}  // namespace

WaterLevel::WaterLevel(std::vector<Glass> glasses) : glasses_(std::move(glasses)) {
  sort(glasses_);
  servers_ = servers_in(glasses_);
  poured_.push_back(0);
  for (const Glass& glass : glasses_) poured_.push_back(std::min(poured_.back() + content(glass), kMostConnections));
}

std::optional<std::int64_t> WaterLevel::capacity() const {
  if (glasses_.empty() || glasses_.back().cap == kBottomless) return std::nullopt;
  return poured_.back();
}

std::optional<std::int64_t> WaterLevel::total_when_full(std::vector<Glass> some, std::int64_t room) const {
  sort(some);
  auto open = servers_in(some);
  auto level = some.begin();
  // those that are full before the room is used up take their cap out of it
  for (; level != some.end() && open > 0 && level->cap <= room / open; ++level) {
    room -= content(*level);
    open -= level->count;
  }
  if (open <= 0) return std::nullopt;
  // the others stand at room / open
  const auto above =
      std::find_if(glasses_.begin(), glasses_.end(), [&](const Glass& g) { return g.cap > room / open; });
  const auto full = static_cast<std::size_t>(above - glasses_.begin());
  std::int64_t unfilled = servers_;
  for (auto glass = glasses_.begin(); glass != above; ++glass) unfilled -= glass->count;
  return poured_.at(full) + unfilled * room / open;
}

}  // namespace preflight::ladder
