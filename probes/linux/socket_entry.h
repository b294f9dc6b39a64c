// SPDX-License-Identifier: Apache-2.0
// A socket as sock_diag(7) reports it, and the question that finds it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "probes/base/ip_address.h"

namespace preflight {

enum class Protocol : std::uint8_t { tcp, udp };

/// TCP states as the kernel numbers them (include/net/tcp_states.h). An unconnected UDP socket is `close`.
enum class SocketState : std::uint8_t {
  established = 1,
  syn_sent = 2,
  syn_recv = 3,
  fin_wait1 = 4,
  fin_wait2 = 5,
  time_wait = 6,
  close = 7,
  close_wait = 8,
  last_ack = 9,
  listen = 10,
  closing = 11,
  new_syn_recv = 12,
};

/// A set of states, one bit each, as inet_diag_req_v2.idiag_states wants it.
[[nodiscard]] constexpr std::uint32_t states(std::initializer_list<SocketState> list) {
  std::uint32_t bits = 0;
  for (const auto state : list) bits |= 1U << static_cast<unsigned>(state);
  return bits;
}

/// Everything that holds a local port but is not listening.
inline constexpr std::uint32_t kConnectedStates =
    states({SocketState::established, SocketState::syn_sent, SocketState::syn_recv, SocketState::fin_wait1,
            SocketState::fin_wait2, SocketState::time_wait, SocketState::close_wait, SocketState::last_ack,
            SocketState::closing});

/// Which sockets to list. Both families are asked. A dump filtered to `listen` alone costs nothing per connection.
struct SocketQuery {
  Protocol protocol = Protocol::tcp;
  std::uint32_t states = 0;
  std::vector<std::uint16_t> local_ports;   // empty: every local port
  std::vector<std::uint16_t> remote_ports;  // empty: every remote port
  bool drops = false;                       // ask INET_DIAG_SKMEMINFO
  friend auto operator<=>(const SocketQuery&, const SocketQuery&) = default;
};

struct SocketEntry {
  Protocol protocol = Protocol::tcp;
  SocketState state = SocketState::close;
  IpAddress local;
  std::uint16_t local_port = 0;
  IpAddress remote;
  std::uint16_t remote_port = 0;
  std::uint32_t interface = 0;  // SO_BINDTODEVICE index, 0 for none
  bool v6only = false;
  std::uint64_t inode = 0;  // 0 for TIME_WAIT: no process holds it
  std::uint32_t uid = 0;
  std::uint32_t queue = 0;        // listener: connections waiting for accept; else unread bytes
  std::uint32_t queue_limit = 0;  // listener: the backlog after the kernel capped it
  std::optional<std::uint32_t> drops{};
  friend bool operator==(const SocketEntry&, const SocketEntry&) = default;
};

}  // namespace preflight
