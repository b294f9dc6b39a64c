// SPDX-License-Identifier: Apache-2.0
// Binds that only partly want the same: a wildcard and an address under it, a socket of every device and one of eth0.
#pragma once

#include <vector>

#include "policies/demand.h"

namespace preflight {

/// The TCP binds that fail without SO_REUSEPORT because one of the others, bound before, holds one of their ports: a
/// wildcard collides with the addresses under it, and a socket of no device with those of any. Two devices never meet.
[[nodiscard]] std::vector<const haproxy::Bind*> overlapping_binds(const std::vector<PortDemand>& demands,
                                                                  bool bindv6only);

}  // namespace preflight
