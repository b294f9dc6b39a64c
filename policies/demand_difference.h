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

/// One quantity that is not the same in both.
struct DemandDifference {
  struct Side {
    bool demanded = false;
    std::optional<std::int64_t> value{};  // nothing where it is not demanded, or not known

    friend bool operator==(const Side& a, const Side& b) { return a.demanded == b.demanded && a.value == b.value; }
  };

  std::string_view name;  // as in the report: "file_descriptors"
  std::string instance;
  std::string subject;  // empty: the instance as a whole
  Side before{};
  Side after{};
};

/// In the order of `after`, then what is in `before` alone. Instances are told apart by name.
[[nodiscard]] std::vector<DemandDifference> differences(const Demand& before, const Demand& after);

/// The same of one instance, whatever its name is in each.
[[nodiscard]] std::vector<DemandDifference> differences(const InstanceDemand& before, const InstanceDemand& after);

}  // namespace preflight
