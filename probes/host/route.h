// SPDX-License-Identifier: Apache-2.0
// Whether an address may be bound: bind(2) asks the routing table whether the address is local (IPv4), or the list of
// configured addresses (IPv6), unless net.ipv4.ip_nonlocal_bind or IP_TRANSPARENT waive the question.
#pragma once

#include <string_view>

#include "probes/base/ip_address.h"
#include "probes/base/result.h"
#include "probes/host/netlink.h"

namespace preflight {

/// Asks over a socket of NETLINK_ROUTE; every address of a local route counts (127.0.0.0/8, AnyIP), as for bind(2).
[[nodiscard]] Result<bool> is_local_v4(netlink::Socket& socket, const IpAddress& address);

/// From the text of /proc/net/if_inet6. An address that is still tentative, or failed duplicate address detection, may
/// not be bound; nor may one inside a local route that is not itself configured, unlike IPv4.
[[nodiscard]] bool is_local_v6(std::string_view if_inet6, const IpAddress& address);

}  // namespace preflight
