// SPDX-License-Identifier: Apache-2.0
// The sockets that really listen where a bind asked to: a shard or a reload may leave several of them on one port.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policies/check.h"

namespace preflight {

/// One TCP listener, as seen twice where a second sample was taken and the socket was still there.
struct OpenListener {
  const SocketEntry* first = nullptr;
  const SocketEntry* later = nullptr;  // nullptr: not seen twice

  /// As seen last.
  [[nodiscard]] const SocketEntry& now() const { return later != nullptr ? *later : *first; }
  /// Packets dropped between the two samples; nothing where that cannot be told.
  [[nodiscard]] std::optional<std::uint32_t> new_drops() const;
};

/// The TCP listeners of one namespace in the order of their addresses: thousands of binds and sockets are usual, and
/// comparing each with each would be felt.
class OpenListeners {
 public:
  /// The samples of the network are pointed into and must outlive this.
  [[nodiscard]] static Result<OpenListeners> of(const NetworkFacts& network);

  /// Exactly what this bind would open: its address, any of its ports.
  [[nodiscard]] std::vector<OpenListener> at(const haproxy::Bind& bind) const;

 private:
  std::vector<OpenListener> sorted_;
};

}  // namespace preflight
