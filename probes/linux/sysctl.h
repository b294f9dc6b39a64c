// SPDX-License-Identifier: Apache-2.0
// Kernel settings as they run now, read from /proc/sys inside the network namespace that haproxy lives in.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  [[nodiscard]] bool contains(std::uint16_t port) const { return first <= port && port <= last; }
  [[nodiscard]] std::uint32_t size() const { return last < first ? 0 : 1U + last - first; }
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// The keys that were asked for, each known or an error. Keys are dotted ("net.core.somaxconn").
class Sysctls {
 public:
  std::map<std::string, Result<std::string>, std::less<>> values;  // trimmed text

  /// The text of a key; a key nobody asked for is an error too (our own bug shows as Unknown, never as Pass).
  [[nodiscard]] Result<std::string> text(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view key) const;
  /// "32768\t60999".
  [[nodiscard]] Result<PortRange> range(std::string_view key) const;
  /// "8080,9000-9010"; empty text is an empty list.
  [[nodiscard]] Result<std::vector<PortRange>> ranges(std::string_view key) const;
};

/// Reads keys; those under "net." are read inside `netns`.
[[nodiscard]] Sysctls read_sysctls(const HostView& host, Netns netns, std::span<const std::string_view> keys);

}  // namespace preflight
