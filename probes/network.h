// SPDX-License-Identifier: Apache-2.0
// The facts of one network namespace: sysctls, sockets and counters, as far as this run needs them and no further. What
// costs time for every connection of the host (a dump of all connections, the owners of sockets) is asked only where
// cheaper facts leave the question open.
#pragma once

#include <chrono>
#include <vector>

#include "probes/collect.h"
#include "probes/facts.h"
#include "probes/host/host_view.h"

namespace preflight {

/// What does not depend on the configuration: sysctls, listeners, counters.
void read_network(const HostView& host, const CollectRequest& request, NetworkFacts& network);

/// What does: who is on the wanted ports, which addresses are local, connections towards the servers.
/// `instances` are those that live in this namespace.
void read_wanted(const HostView& host, const CollectRequest& request,
                 const std::vector<const haproxy::InstanceFacts*>& instances, NetworkFacts& network);

/// The second sample, after waiting, where it can prove anything.
void read_sample(const HostView& host, const CollectRequest& request, bool running, NetworkFacts& network);

}  // namespace preflight
