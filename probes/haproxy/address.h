// SPDX-License-Identifier: Apache-2.0
// haproxy's addresses (str2sa_range in src/tools.c, configuration.txt section 11): prefixes, the last-colon rule for
// the port, port ranges and offsets. One word of a bind line may hold several, separated by commas.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "probes/base/ip_address.h"
#include "probes/base/result.h"
#include "probes/haproxy/binary.h"

namespace preflight::haproxy {

enum class AddressKind : std::uint8_t {
  ip,            // numeric: `ip` is set
  hostname,      // resolved by haproxy at start: `text` holds it
  unix_path,     // `text` holds the path as bound (prefix of unix-bind included)
  abstract,      // abns@, abnsz@: `text` holds the name
  descriptor,    // fd@N: inherited
  socket_pair,   // sockpair@N
  reverse_http,  // rhttp@
};

enum class Transport : std::uint8_t { stream, datagram, quic };

/// How the port was written.
enum class PortKind : std::uint8_t {
  none,    // no port: a server takes the one of the incoming connection
  fixed,   // N, or a range when last > first
  offset,  // +N or -N of the incoming connection's port (`offset`)
};

struct Address {
  AddressKind kind = AddressKind::ip;
  Transport transport = Transport::stream;
  bool transport_written = false;  // by a prefix; else the keyword decides, and `transport` is what it chose
  std::optional<IpAddress> ip{};
  /// "ipv4@*" and "*" are the IPv4 wildcard; "::" the IPv6 one. False when the family was forced by a prefix.
  bool family_open = true;
  std::string text;  // hostname, path, name or number, as in `kind`
  PortKind port_kind = PortKind::none;
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 0;
  std::int32_t offset = 0;

  [[nodiscard]] std::uint32_t port_count() const {
    return port_kind == PortKind::fixed ? 1U + last_port - first_port : 0;
  }
};

/// sun_path without its NUL; haproxy binds "<path>.<pid>.tmp" first and keeps ten bytes for that.
inline constexpr std::size_t kUnixPathLimit = 107 - 10;

/// What a reader does with text after a port: "80;" was port 80 before 2.9 and is refused since.
enum class PortSyntax : std::uint8_t { lenient, strict };

/// Reads one address; the error's reason says what haproxy would object to. `text` has had its variables expanded.
/// Whether a port is needed, or a range or an offset allowed, depends on the keyword and is left to the caller. A
/// prefix that `version` does not know is part of a name; without a version all are known.
[[nodiscard]] Result<Address> parse_address(std::string_view text, PortSyntax syntax = PortSyntax::strict,
                                            const Version* version = nullptr);

}  // namespace preflight::haproxy
