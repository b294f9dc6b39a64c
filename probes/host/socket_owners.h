// SPDX-License-Identifier: Apache-2.0
// Which processes hold a socket. The kernel keeps no such list: every descriptor of every process may have to be looked
// at, so the order of looking decides between one millisecond and one second.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "probes/host/host_view.h"

namespace preflight {

/// Looks into all of `first`, then into the other processes, fewest descriptors first (pid order before Linux 6.2,
/// which does not tell the count), until each inode has one owner; then into the process groups of the owners met,
/// because a server's workers share its sockets. Of each process the first 1,024 descriptors are looked at, the others
/// only for an inode that nobody was seen with. An owner outside of these is not found. Inode 0 is nobody's and not
/// looked for. Owners come sorted by inode and pid.
[[nodiscard]] SocketOwners find_owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& first,
                                       std::chrono::milliseconds deadline);

}  // namespace preflight
