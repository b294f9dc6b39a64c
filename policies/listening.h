// SPDX-License-Identifier: Apache-2.0
// Sockets against binds: which kernel socket is (or stands in the way of) which address of the configuration.
#pragma once

#include <string>
#include <vector>

#include "policies/check.h"

namespace preflight {

/// "tcp" or "udp", as the kernel sees the bind's transport.
[[nodiscard]] Protocol protocol_of(const haproxy::Bind& bind);
[[nodiscard]] std::string_view to_string(Protocol protocol);

/// "10.0.0.1:80", "*:1000-1999", "[::]:443", "example.net:80".
[[nodiscard]] std::string endpoint_of(const haproxy::Bind& bind);

/// "bind:tcp/10.0.0.1:80".
[[nodiscard]] Subject subject_of(const haproxy::Bind& bind);
[[nodiscard]] Subject subject_of(const SocketEntry& socket);

/// Whether other hosts may reach it: not a loopback address, "localhost", `interface lo` or a unix socket.
[[nodiscard]] bool beyond_loopback(const haproxy::Bind& bind);

/// Whether an IPv6 wildcard also takes IPv4 connections: `v4v6` and `v6only` decide, else net.ipv6.bindv6only.
[[nodiscard]] bool is_dual(const haproxy::Bind& bind, bool bindv6only);

/// Whether both claim an address and port: a wildcard overlaps every address of its family, a dual one both families.
[[nodiscard]] bool overlaps(const haproxy::Bind& bind, const SocketEntry& socket, bool bindv6only);

/// Whether new connections (or datagrams) may arrive here: a connected socket has a peer already.
[[nodiscard]] bool is_listening(const SocketEntry& socket);

/// Whether a listener takes connections for this local address.
[[nodiscard]] bool covers(const SocketEntry& listener, const IpAddress& local);

/// Whether one of the processes of the instance holds the socket.
[[nodiscard]] bool owned_by(const PortUser& user, const haproxy::InstanceFacts& instance);

/// "nginx (pid 812, nginx.service)", or why nobody is named.
[[nodiscard]] std::string owners_text(const PortUser& user);

}  // namespace preflight
