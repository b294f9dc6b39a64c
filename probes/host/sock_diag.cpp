// SPDX-License-Identifier: Apache-2.0
// inet_diag in both directions. For a listener the kernel reports the accept queue in idiag_rqueue and the backlog,
// after net.core.somaxconn has capped it, in idiag_wqueue.
#include "probes/host/sock_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <optional>

#include "probes/host/port_filter.h"

namespace preflight {
namespace {

using netlink::Bytes;

constexpr int kAttempts = 4;
constexpr std::size_t kDropsIndex = 8;  // SK_MEMINFO_DROPS of linux/sock_diag.h

/// The kernel matches one port without a program; 0 matches every port.
std::uint16_t single(const std::vector<std::uint16_t>& ports) {
  return ports.size() == 1 ? htons(ports.front()) : std::uint16_t{0};
}

std::vector<std::uint16_t> unless_single(const std::vector<std::uint16_t>& ports) {
  return ports.size() == 1 && ports.front() != 0 ? std::vector<std::uint16_t>{} : ports;
}

bool lists(const std::vector<std::uint16_t>& ports, std::uint16_t port) {
  return ports.empty() || std::binary_search(ports.begin(), ports.end(), port);
}

/// The same question with its ports in order. Filtering here once more makes the kernel's filter a mere saving.
SocketQuery in_order(SocketQuery query) {
  std::sort(query.local_ports.begin(), query.local_ports.end());
  std::sort(query.remote_ports.begin(), query.remote_ports.end());
  return query;
}

Result<IpAddress> address_of(std::uint8_t family, const __be32 (&words)[4]) {
  IpAddress address;
  if (family == AF_INET) {
    std::memcpy(address.bytes.data(), words, sizeof words[0]);
    return address;
  }
  if (family != AF_INET6)
    return fail(std::errc::bad_message, "sock_diag", "a socket of family " + std::to_string(family));
  address.family = IpFamily::v6;
  std::memcpy(address.bytes.data(), words, sizeof words);
  return address;
}

bool known_state(std::uint8_t state) {
  return state >= static_cast<std::uint8_t>(SocketState::established) &&
         state <= static_cast<std::uint8_t>(SocketState::new_syn_recv);
}

Result<SocketEntry> fixed_part(const inet_diag_msg& message, Protocol protocol) {
  const auto local = address_of(message.idiag_family, message.id.idiag_src);
  if (!local) return tl::make_unexpected(local.error());
  const auto remote = address_of(message.idiag_family, message.id.idiag_dst);
  if (!remote) return tl::make_unexpected(remote.error());
  if (!known_state(message.idiag_state))
    return fail(std::errc::bad_message, "sock_diag", "a socket in state " + std::to_string(message.idiag_state));
  SocketEntry entry;
  entry.protocol = protocol;
  entry.state = static_cast<SocketState>(message.idiag_state);
  entry.local = *local;
  entry.local_port = ntohs(message.id.idiag_sport);
  entry.remote = *remote;
  entry.remote_port = ntohs(message.id.idiag_dport);
  entry.interface = message.id.idiag_if;
  entry.inode = message.idiag_inode;
  entry.uid = message.idiag_uid;
  entry.queue = message.idiag_rqueue;
  if (entry.state == SocketState::listen) entry.queue_limit = message.idiag_wqueue;
  return entry;
}

void add_attribute(SocketEntry& entry, const netlink::Attribute& attribute) {
  if (attribute.type == INET_DIAG_SKV6ONLY)
    entry.v6only = netlink::front<std::uint8_t>(attribute.value).value_or(0) != 0;
  if (attribute.type == INET_DIAG_SKMEMINFO) {
    // Older kernels have a shorter array: no drops there is not zero drops.
    using Meminfo = std::array<std::uint32_t, kDropsIndex + 1>;
    if (const auto memory = netlink::front<Meminfo>(attribute.value)) entry.drops = (*memory)[kDropsIndex];
  }
}

Result<void> dump(netlink::Socket& socket, IpFamily family, const SocketQuery& query,
                  std::vector<SocketEntry>& entries) {
  return socket.ask(socket_request(family, query), [&](const netlink::Message& message) -> Result<void> {
    auto entry = parse_socket(message.payload, query.protocol);
    if (!entry) return tl::make_unexpected(std::move(entry.error()));
    if (lists(query.local_ports, entry->local_port) && lists(query.remote_ports, entry->remote_port))
      entries.push_back(*entry);
    return {};
  });
}

Result<void> dump_whole(netlink::Socket& socket, IpFamily family, const SocketQuery& query,
                        std::vector<SocketEntry>& entries) {
  const auto before = entries.size();
  for (int attempt = 1;; ++attempt) {
    auto asked = dump(socket, family, query, entries);
    if (asked || asked.error().code != std::errc::interrupted || attempt == kAttempts) return asked;
    entries.resize(before);
  }
}

}  // namespace

netlink::Request socket_request(IpFamily family, const SocketQuery& query) {
  inet_diag_req_v2 fixed{};
  fixed.sdiag_family = family == IpFamily::v4 ? AF_INET : AF_INET6;
  fixed.sdiag_protocol = query.protocol == Protocol::tcp ? IPPROTO_TCP : IPPROTO_UDP;
  fixed.idiag_states = query.states;
  if (query.drops) fixed.idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1);
  fixed.id.idiag_sport = single(query.local_ports);
  fixed.id.idiag_dport = single(query.remote_ports);
  netlink::Request request(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, fixed);
  const auto program = port_filter(unless_single(query.local_ports), unless_single(query.remote_ports));
  if (program) request.add(INET_DIAG_REQ_BYTECODE, *program);
  return request;
}

Result<SocketEntry> parse_socket(Bytes payload, Protocol protocol) {
  const auto message = netlink::front<inet_diag_msg>(payload);
  if (!message) return fail(std::errc::bad_message, "sock_diag", "a socket's description ends early");
  auto entry = fixed_part(*message, protocol);
  if (!entry) return entry;
  auto attributes = netlink::after(payload, sizeof(inet_diag_msg));
  for (;;) {
    const auto attribute = netlink::next_attribute(attributes);
    if (!attribute) return tl::make_unexpected(attribute.error());
    if (!*attribute) return entry;
    add_attribute(*entry, **attribute);
  }
}

Result<std::vector<SocketEntry>> list_sockets(netlink::Socket& socket, const SocketQuery& query) {
  const auto ordered = in_order(query);
  std::vector<SocketEntry> entries;
  for (const auto family : {IpFamily::v4, IpFamily::v6}) {
    const auto listed = dump_whole(socket, family, ordered, entries);
    if (!listed) return tl::make_unexpected(listed.error());
  }
  return entries;
}

}  // namespace preflight
