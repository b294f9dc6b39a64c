// SPDX-License-Identifier: Apache-2.0
// An IPv4 or IPv6 address as a value; wildcards and IPv4-mapped addresses are told apart here once.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace preflight {

enum class IpFamily : std::uint8_t { v4, v6 };

/// An address in network byte order; an IPv4 address uses the first four bytes and leaves the rest zero.
struct IpAddress {
  IpFamily family = IpFamily::v4;
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_any() const { return bytes == std::array<std::uint8_t, 16>{}; }
  /// 127.0.0.0/8 or ::1.
  [[nodiscard]] bool is_loopback() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// ::ffff:10.0.0.1 as 10.0.0.1: an IPv6 socket bound to it obeys the IPv4 routing table.
[[nodiscard]] IpAddress without_mapping(const IpAddress& address);

/// Numeric text only ("10.0.0.1", "2001:db8::1", without brackets or zone); nullopt otherwise.
[[nodiscard]] std::optional<IpAddress> parse_ip(const std::string& text);

/// The usual numeric text (inet_ntop), IPv6 without brackets.
[[nodiscard]] std::string to_string(const IpAddress& address);

/// "10.0.0.1:80", "[::1]:80", "*:80" and "[::]:80".
[[nodiscard]] std::string endpoint(const IpAddress& address, std::uint16_t port);

}  // namespace preflight
