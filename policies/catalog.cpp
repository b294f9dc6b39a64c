// SPDX-License-Identifier: Apache-2.0
// Finds a check by its id; ids are stable, so they are what people type and what policies name.
#include "policies/catalog.h"

#include <algorithm>
#include <vector>

#include "policies/nearest.h"

namespace preflight {

const Check* find_check(std::string_view id, std::span<const Check* const> catalog) {
  const auto found = std::find_if(catalog.begin(), catalog.end(), [&](const Check* check) { return check->id == id; });
  return found == catalog.end() ? nullptr : *found;
}

std::string_view nearest_check(std::string_view id, std::span<const Check* const> catalog) {
  std::vector<std::string_view> ids;
  ids.reserve(catalog.size());
  for (const Check* check : catalog) ids.push_back(check->id);
  return nearest(id, ids);
}

}  // namespace preflight
