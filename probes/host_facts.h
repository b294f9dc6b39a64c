// SPDX-License-Identifier: Apache-2.0
// Which host this is, and who we are on it.
#pragma once

#include "probes/facts.h"
#include "probes/host/host_view.h"

namespace preflight {

/// Name, system, service manager, and our own privileges; memory and the manager's limits are read apart.
[[nodiscard]] HostFacts read_host(const HostView& host);

}  // namespace preflight
