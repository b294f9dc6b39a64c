// SPDX-License-Identifier: Apache-2.0
// How much memory and CPU time haproxy may use: what the control groups around it allow, or will once its service is
// started.
#pragma once

#include "probes/haproxy/instances.h"
#include "probes/host/host_view.h"

namespace preflight::haproxy {

/// Of the running head process; of a stopped service by its unit and the slice it will be put in; where no service
/// manager would start it, what bounds everything here. `wanted` says which limit.
enum class Resource : std::uint8_t { memory, cpu_time };
[[nodiscard]] GroupBound read_bound(const HostView& host, const InstanceFacts& instance, Resource wanted);

}  // namespace preflight::haproxy
