// SPDX-License-Identifier: Apache-2.0
// Which demands another configuration, or other numbers, make larger or smaller.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/demand.h"

namespace preflight {

/// One quantity that is not the same in both; nothing where it is not demanded there, or not known.
struct DemandDifference {
  std::string_view name;  // as in the report: "file_descriptors"
  std::string instance;
  std::string subject;  // empty: the instance as a whole
  std::optional<std::int64_t> before{};
  std::optional<std::int64_t> after{};
};

/// In the order of `after`, then what is in `before` alone. Instances are told apart by name.
[[nodiscard]] std::vector<DemandDifference> differences(const Demand& before, const Demand& after);

}  // namespace preflight
