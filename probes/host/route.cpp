// SPDX-License-Identifier: Apache-2.0
// RTM_GETROUTE names the type of the route a packet to an address would take; RTN_LOCAL is an address of ours. bind(2)
// accepts broadcast and multicast addresses too (net/ipv4/af_inet.c, inet_addr_valid_or_nonlocal).
#include "probes/host/route.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <vector>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::uint8_t kBitsOfV4 = 32;

/// 224.0.0.0/4 and 255.255.255.255 are multicast and broadcast, whatever the routes say.
bool always_bindable(const IpAddress& address) {
  const auto first = address.bytes[0];
  const bool broadcast = std::all_of(address.bytes.begin(), std::next(address.bytes.begin(), 4),
                                     [](std::uint8_t byte) { return byte == 255; });
  return (first >= 224 && first < 240) || broadcast;
}

/// How the kernel says that it has no way there: no route, unreachable, prohibit, blackhole.
bool no_route(std::errc code) {
  return code == std::errc::network_unreachable || code == std::errc::host_unreachable ||
         code == std::errc::permission_denied || code == std::errc::invalid_argument;
}

netlink::Request route_request(const IpAddress& address) {
  rtmsg fixed{};
  fixed.rtm_family = AF_INET;
  fixed.rtm_dst_len = kBitsOfV4;
  netlink::Request request(RTM_GETROUTE, NLM_F_REQUEST, fixed);
  request.add(RTA_DST, std::as_bytes(std::span(address.bytes).first(4)));
  return request;
}

std::optional<unsigned> parse_hex(std::string_view text) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

std::string hex_of(const IpAddress& address) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto byte : address.bytes) text.append({kDigits[byte >> 4U], kDigits[byte & 15U]});
  return text;
}

/// An optimistic address is used while its uniqueness is still being tested.
bool usable(unsigned flags) {
  if ((flags & IFA_F_DADFAILED) != 0) return false;
  return (flags & IFA_F_TENTATIVE) == 0 || (flags & IFA_F_OPTIMISTIC) != 0;
}

}  // namespace

Result<bool> is_local_v4(netlink::Socket& socket, const IpAddress& address) {
  if (always_bindable(address)) return true;
  std::optional<rtmsg> route;
  const auto asked = socket.ask(route_request(address), [&](const netlink::Message& message) -> Result<void> {
    route = netlink::front<rtmsg>(message.payload);
    return {};
  });
  if (!asked && no_route(asked.error().code)) return false;
  if (!asked) return tl::make_unexpected(asked.error());
  if (!route) return fail(std::errc::bad_message, to_string(address), "the kernel's route ends early");
  return route->rtm_type == RTN_LOCAL || route->rtm_type == RTN_BROADCAST;
}

bool is_local_v6(std::string_view if_inet6, const IpAddress& address) {
  if (address.is_any()) return true;
  const auto wanted = hex_of(address);
  bool found = false;
  for_each_line(if_inet6, [&](std::string_view line) {
    // address, interface index, prefix length, scope, flags, interface name
    const auto fields = words(line);
    if (fields.size() < 5 || fields[0] != wanted) return;
    const auto flags = parse_hex(fields[4]);
    found = found || (flags && usable(*flags));
  });
  return found;
}

}  // namespace preflight
