// SPDX-License-Identifier: Apache-2.0
// Sockets by sock_diag(7), which needs no privilege. Listeners live in a hash of their own: listing them costs the same
// whether the host has no connection or a million.
#pragma once

#include <vector>

#include "probes/base/result.h"
#include "probes/host/netlink.h"
#include "probes/linux/socket_entry.h"

namespace preflight {

/// Every socket that `query` asks for, IPv4 first, by a socket of NETLINK_SOCK_DIAG and thus of its namespace. ENOENT:
/// this kernel has no tcp_diag or udp_diag. A dump that the kernel marks as inconsistent is asked again.
[[nodiscard]] Result<std::vector<SocketEntry>> list_sockets(netlink::Socket& socket, const SocketQuery& query);

/// The request for one family.
[[nodiscard]] netlink::Request socket_request(IpFamily family, const SocketQuery& query);

/// One answer: an inet_diag_msg and its attributes. bad_message when it is shorter than it says, or of no known family.
[[nodiscard]] Result<SocketEntry> parse_socket(netlink::Bytes payload, Protocol protocol);

}  // namespace preflight
