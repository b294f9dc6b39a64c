// SPDX-License-Identifier: Apache-2.0
// The ladder of each instance, and what a supposition changes.
#pragma once

#include <vector>

#include "agent/report/json_writer.h"
#include "agent/report/model.h"
#include "policies/ladder.h"

namespace preflight::json {

/// The rungs of all instances as one array: levels in order, the accept queues of each instance after its levels.
void write_ladder(Writer& out, const std::vector<Ladder>& ladders);

/// {"text", "ladder_now", "demand_changes"}, or null when nothing was supposed.
void write_what_if(Writer& out, const Report& report);

}  // namespace preflight::json
