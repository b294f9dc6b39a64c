// SPDX-License-Identifier: Apache-2.0
// INET_DIAG_REQ_BYTECODE: a small program that the kernel runs on every socket of a dump, so that the sockets nobody
// asked for are not copied. It saves copying, not walking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace preflight {

/// The program that accepts a socket whose local port is in `local` and whose remote port is in `remote`; an empty list
/// accepts every port. Neighbouring ports become one range. nullopt when nothing has to be filtered, or when so many
/// ranges are asked for that the kernel's check of the program would cost more than it saves.
[[nodiscard]] std::optional<std::vector<std::byte>> port_filter(const std::vector<std::uint16_t>& local,
                                                                const std::vector<std::uint16_t>& remote);

}  // namespace preflight
