// SPDX-License-Identifier: Apache-2.0
// The network interfaces of a namespace by name: SO_BINDTODEVICE fails for any other one.
#pragma once

#include <set>
#include <string>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// From /proc/net/dev, inside the namespace. Alternative names (`ip link property`) are not listed there.
[[nodiscard]] Result<std::set<std::string>> read_interfaces(const HostView& host, Netns netns);

}  // namespace preflight
