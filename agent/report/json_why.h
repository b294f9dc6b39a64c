// SPDX-License-Identifier: Apache-2.0
// "lbpreflight.why/1": where the values of some settings come from, for machines; the schema is shipped beside it.
#pragma once

#include <string>
#include <vector>

#include "agent/report/why.h"

namespace preflight {

/// One document for all of them, in the order they were asked for.
[[nodiscard]] std::string json_why(const std::vector<Why>& settings, const HostFacts& host);

}  // namespace preflight
