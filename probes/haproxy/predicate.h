// SPDX-License-Identifier: Apache-2.0
// The predicates of .if (configuration.txt section 2.4), each with the version that brought it.
#pragma once

#include <string>
#include <vector>

#include "probes/haproxy/condition.h"

namespace preflight::haproxy {

struct Predicate {
  using Arguments = std::vector<std::string>;
  std::string_view name;
  std::size_t arguments = 1;
  Version since;
  Truth (*evaluate)(const Arguments&, const Environment&, const BinaryFacts*) = nullptr;
};

/// Null when this binary does not know the predicate; without facts of the binary all are accepted.
[[nodiscard]] const Predicate* find_predicate(std::string_view name, const BinaryFacts* binary);

}  // namespace preflight::haproxy
