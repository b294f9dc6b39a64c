// SPDX-License-Identifier: Apache-2.0
// A unit's properties as the running systemd has them, over D-Bus: what it will give the next start, whatever its files
// say since.
#pragma once

#include <chrono>
#include <string>

#include "probes/base/result.h"
#include "probes/host/bus_connection.h"
#include "probes/linux/unit_properties.h"

namespace preflight {

/// Over the system bus, else (for root, where no bus daemon runs) over systemd's private socket. ENXIO where systemd is
/// not running: libsystemd is not even loaded then. A unit nobody wrote is no error: its load_state is "not-found".
[[nodiscard]] Result<UnitProperties> unit_from_systemd(const std::string& name);

namespace systemd {

/// The same over one endpoint, each answer within `timeout`.
[[nodiscard]] Result<UnitProperties> unit_over(const Endpoint& endpoint, const std::string& name,
                                               std::chrono::milliseconds timeout);

}  // namespace systemd
}  // namespace preflight
