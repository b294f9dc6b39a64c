// SPDX-License-Identifier: Apache-2.0
// The quantities of a report: what the configuration demands, and the arithmetic behind it.
#pragma once

#include <vector>

#include "agent/report/json_writer.h"
#include "policies/demand_difference.h"

namespace preflight::json {

/// [{"label", "value", "file", "line"}]; file and line are null where nobody wrote the value.
void write_terms(Writer& out, const std::vector<Term>& terms);

/// The demands of one instance as elements of the array that is open; a quantity that could not be computed is among
/// them, with the reason.
void write_demand(Writer& out, const InstanceDemand& demand);

/// Whom one instance connects to, as elements of the array that is open.
void write_destinations(Writer& out, const InstanceDemand& demand);

/// [{"name", "instance", "subject", "now", "then"}].
void write_differences(Writer& out, const std::vector<DemandDifference>& differences);

}  // namespace preflight::json
