// SPDX-License-Identifier: Apache-2.0
// Which ports of a local port range must be kept from outgoing connections, because somebody listens there or will.
#pragma once

#include <string>

#include "policies/check.h"
#include "probes/linux/port_set.h"
#include "remediations/aim.h"

namespace preflight {

/// The namespace the remedies work in: ours. An error where no instance lives in it; `about` is its object.
[[nodiscard]] Result<const NetworkFacts*> our_network(const Facts& facts, const std::string& about);

/// As the kernel writes ip_local_reserved_ports: "8080,9000-9010".
[[nodiscard]] std::string spelled(const PortSet& ports);

/// What is reserved now, with every port of `range` that a configuration binds or a listener holds. Of UDP only sockets
/// outside the present range count: inside it a client's port looks like a server's.
[[nodiscard]] Result<SettingAim> reservation_for(PortRange range, const NetworkFacts& network, const Case& scene);

}  // namespace preflight
