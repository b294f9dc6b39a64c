// SPDX-License-Identifier: Apache-2.0
// Bits of ports, 64 at a time.
#include "probes/linux/port_set.h"

#include <algorithm>
#include <bit>

namespace preflight {

void PortSet::add(PortRange range) {
  for (std::uint32_t port = range.first; port <= range.last; ++port) words_[word(port)] |= bit(port);
}

void PortSet::remove(const PortSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
}

void PortSet::keep(const PortSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

std::int64_t PortSet::size() const {
  std::int64_t count = 0;
  for (const auto bits : words_) count += std::popcount(bits);
  return count;
}

std::optional<std::uint16_t> PortSet::first_in(PortRange range) const {
  for (std::uint32_t port = range.first; port <= range.last;) {
    const std::uint64_t left = words_[word(port)] >> (port % kWordBits);
    if (left == 0) {
      port += kWordBits - port % kWordBits;
      continue;
    }
    port += static_cast<std::uint32_t>(std::countr_zero(left));
    if (port > range.last) return std::nullopt;
    return static_cast<std::uint16_t>(port);
  }
  return std::nullopt;
}

Result<PortSet> outgoing_ports(const Sysctls& sysctls) {
  const auto range = sysctls.range(kLocalPortRange);
  if (!range) return tl::make_unexpected(range.error());
  const auto reserved = sysctls.ranges(kReservedPorts);
  if (!reserved) return tl::make_unexpected(reserved.error());
  PortSet ports;
  ports.add(*range);
  PortSet taken;
  for (const PortRange& one : *reserved) taken.add(one);
  ports.remove(taken);
  return ports;
}

}  // namespace preflight
