// SPDX-License-Identifier: Apache-2.0
// What the servers of a backend take: `maxconn`, which `minconn` lowers while the backend has fewer connections than
// its `fullconn`, so that requests wait long before the servers are at their maxconn.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policies/ladder/parts.h"
#include "policies/ladder/water_level.h"

namespace preflight::ladder {

/// As written, else a tenth of the maxconns of the frontends that name the backend; nothing where the global maxconn
/// is one of these and is not known.
[[nodiscard]] std::optional<std::int64_t> fullconn_of(const haproxy::Proxy& backend, const Scene& scene);

/// Whether a server's bound grows with the connections of its backend.
[[nodiscard]] bool is_dynamic(const haproxy::Server& server);

/// Each server with what it takes when the first request waits; where one of them takes any number, with the most it
/// ever takes. Without `fullconn` that too.
[[nodiscard]] std::vector<Glass> glasses_of(const std::vector<const haproxy::Server*>& servers,
                                            std::optional<std::int64_t> fullconn);

}  // namespace preflight::ladder
