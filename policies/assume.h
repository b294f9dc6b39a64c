// SPDX-License-Identifier: Apache-2.0
// A host that has no haproxy.cfg yet can still be judged, by numbers the policy assumes ([assume]).
#pragma once

#include "policies/policy.h"
#include "probes/facts.h"

namespace preflight {

/// Gives every instance without a configuration file one that says what the policy assumes, its origin in the policy's
/// text. A file that is there and cannot be read stays an error, and so does everything where nothing is assumed.
void assume_configurations(const Assumption& assume, Facts& facts);

}  // namespace preflight
