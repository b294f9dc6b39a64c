// SPDX-License-Identifier: Apache-2.0
// What a candidate configuration would change of a running instance.
#pragma once

#include "agent/report/json_writer.h"
#include "policies/candidate.h"

namespace preflight::json {

/// One element of the array that is open.
void write_candidate(Writer& out, const CandidateChange& change);

}  // namespace preflight::json
