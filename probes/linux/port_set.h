// SPDX-License-Identifier: Apache-2.0
// A set of ports as the kernel keeps ip_local_reserved_ports: a bit for each of the 65,536, so that thousands of ranges
// cost no more than one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "probes/base/result.h"
#include "probes/linux/sysctl.h"

namespace preflight {

class PortSet {
 public:
  void add(std::uint16_t port) { words_[word(port)] |= bit(port); }
  void add(PortRange range);
  void remove(std::uint16_t port) { words_[word(port)] &= ~bit(port); }
  /// Without the ports of the other one.
  void remove(const PortSet& other);
  /// Only the ports that are in the other one too.
  void keep(const PortSet& other);

  [[nodiscard]] bool contains(std::uint16_t port) const { return (words_[word(port)] & bit(port)) != 0; }
  [[nodiscard]] std::int64_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// The lowest port of the set inside a range.
  [[nodiscard]] std::optional<std::uint16_t> first_in(PortRange range) const;

  friend bool operator==(const PortSet&, const PortSet&) = default;

 private:
  static constexpr std::uint32_t kWordBits = 64;
  static constexpr std::size_t word(std::uint32_t port) { return port / kWordBits; }
  static constexpr std::uint64_t bit(std::uint32_t port) { return std::uint64_t{1} << (port % kWordBits); }

  std::array<std::uint64_t, 65536 / kWordBits> words_{};
};

inline constexpr std::string_view kLocalPortRange = "net.ipv4.ip_local_port_range";
inline constexpr std::string_view kReservedPorts = "net.ipv4.ip_local_reserved_ports";

/// The ports that the kernel may give to an outgoing connection: the local port range without the reserved ports.
[[nodiscard]] Result<PortSet> outgoing_ports(const Sysctls& sysctls);

}  // namespace preflight
