// SPDX-License-Identifier: Apache-2.0
// Booleans are proposed for one denial at a time; what one of them allows may make another needless.
#pragma once

#include <vector>

#include "policies/check.h"
#include "remediations/planner.h"

namespace preflight {

/// Where a denial was given a boolean of its own, and one that another denial was given cures it as well, it shares
/// that one: no wish stays without a cure, and no boolean is set for nothing.
void keep_fewest_booleans(std::vector<Wish>& granted, const Case& scene);

}  // namespace preflight
