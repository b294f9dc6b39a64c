// SPDX-License-Identifier: Apache-2.0
// The parts of a comparison, one file each; compare_candidates() puts them together.
#pragma once

#include <vector>

#include "policies/candidate.h"

namespace preflight::candidate {

/// The ports that are opened, opened anew because their options change, and closed.
[[nodiscard]] std::vector<PortChange> port_changes(const InstanceDemand& now, const InstanceDemand& then);

/// Whether a listening socket of `now` would be handed on to `then`: one address, one set of options.
[[nodiscard]] bool same_socket(const haproxy::Bind& now, const haproxy::Bind& then);

/// What `systemctl reload` would leave as it is.
[[nodiscard]] std::vector<Consequence> needs_restart(const InstanceDemand& now, const InstanceDemand& then,
                                                     const Facts& facts);

/// What lives in the memory of the running process and is not handed on.
[[nodiscard]] std::vector<Consequence> forgotten(const haproxy::Config& now, const haproxy::Config& then);

}  // namespace preflight::candidate
