// SPDX-License-Identifier: Apache-2.0
// The sockets of others on the ports one instance wants, found by port: a configuration may have thousands of binds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policies/check.h"

namespace preflight {

/// Without the instance's own sockets - of old workers too - and without connections that a listener on their port
/// accepted: those do not keep anybody from binding. Refers to `users`, which must outlive it.
class Occupants {
 public:
  Occupants(const std::vector<PortUser>& users, const haproxy::InstanceFacts& instance);
  Occupants(std::vector<PortUser>&&, const haproxy::InstanceFacts&) = delete;

  /// The sockets a bind would meet; for a host name, which has no address yet, all on its ports.
  [[nodiscard]] std::vector<const PortUser*> in_the_way(const haproxy::Bind& bind, bool bindv6only) const;

  /// The user to whom the instance's own listeners belong, where it has some.
  [[nodiscard]] std::optional<std::uint32_t> own_uid() const { return own_uid_; }

 private:
  std::vector<const PortUser*> by_port_;
  std::optional<std::uint32_t> own_uid_{};
};

/// The user that opens the instance's listeners: as seen on those it has, else as its unit says. Nothing for a user
/// that is known by name only.
[[nodiscard]] std::optional<std::uint32_t> starter_uid(const haproxy::InstanceFacts& instance,
                                                       const Occupants& occupants);

}  // namespace preflight
