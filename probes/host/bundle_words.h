// SPDX-License-Identifier: Apache-2.0
// The words a bundle uses for closed sets, in the order of their enumerators.
#pragma once

#include <array>
#include <string_view>

namespace preflight {

inline constexpr std::array<std::string_view, 2> kHostKindWords = {"live", "tree"};
inline constexpr std::array<std::string_view, 2> kProtocolWords = {"tcp", "udp"};
inline constexpr std::array<std::string_view, 6> kAccessWords = {"tcp_bind",      "tcp_connect",   "udp_bind",
                                                                 "tcp_node_bind", "udp_node_bind", "net_bind_service"};
inline constexpr std::array<std::string_view, 6> kFileKindWords = {"regular", "directory", "link",
                                                                   "fifo",    "socket",    "device"};

}  // namespace preflight
