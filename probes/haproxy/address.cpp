// SPDX-License-Identifier: Apache-2.0
// Reads addresses as str2sa_range() in src/tools.c does: the port is what follows the last ':' unless a ']' comes
// later, so ":::80" is port 80 of "::".
#include "probes/haproxy/address.h"

#include <array>
#include <limits>

#include "probes/haproxy/characters.h"

namespace preflight::haproxy {
namespace {

enum class Family : std::uint8_t { any, v4, v6, unix_path, abstract, descriptor, socket_pair, reverse_http };

struct Prefix {
  std::string_view text;
  Family family = Family::any;
  std::optional<Transport> transport{};
  Version since{};
};

constexpr Version kQuicPrefix{2, 8, 0};
constexpr Version kReverseHttp{2, 9, 0};
constexpr Version kMultipath{3, 1, 0};  // and abstract names that end with a NUL

constexpr std::array kTransports = {
    Prefix{"stream+", Family::any, Transport::stream},
    Prefix{"dgram+", Family::any, Transport::datagram},
    Prefix{"quic+", Family::any, Transport::quic, kQuicPrefix},
};

constexpr std::array kFamilies = {
    Prefix{"unix@", Family::unix_path},
    Prefix{"uxdg@", Family::unix_path, Transport::datagram},
    Prefix{"uxst@", Family::unix_path, Transport::stream},
    Prefix{"abns@", Family::abstract},
    Prefix{"abnsz@", Family::abstract, {}, kMultipath},
    Prefix{"ip@", Family::any},
    Prefix{"ipv4@", Family::v4},
    Prefix{"ipv6@", Family::v6},
    Prefix{"tcp@", Family::any, Transport::stream},
    Prefix{"tcp4@", Family::v4, Transport::stream},
    Prefix{"tcp6@", Family::v6, Transport::stream},
    Prefix{"udp@", Family::any, Transport::datagram},
    Prefix{"udp4@", Family::v4, Transport::datagram},
    Prefix{"udp6@", Family::v6, Transport::datagram},
    Prefix{"mptcp@", Family::any, Transport::stream, kMultipath},
    Prefix{"mptcp4@", Family::v4, Transport::stream, kMultipath},
    Prefix{"mptcp6@", Family::v6, Transport::stream, kMultipath},
    Prefix{"quic4@", Family::v4, Transport::quic},
    Prefix{"quic6@", Family::v6, Transport::quic},
    Prefix{"fd@", Family::descriptor},
    Prefix{"sockpair@", Family::socket_pair},
    Prefix{"rhttp@", Family::reverse_http, {}, kReverseHttp},
};

/// The prefix the text begins with, taken off; null when there is none.
template <std::size_t N>
const Prefix* take_prefix(const std::array<Prefix, N>& prefixes, const Version* version, std::string_view& text) {
  for (const Prefix& prefix : prefixes) {
    if (version != nullptr && *version < prefix.since) continue;
    if (text.substr(0, prefix.text.size()) != prefix.text) continue;
    text.remove_prefix(prefix.text.size());
    return &prefix;
  }
  return nullptr;
}

tl::unexpected<Error> refuse(std::string_view text, std::string reason) {
  return fail(std::errc::invalid_argument, std::string(text.substr(0, 200)), std::move(reason));
}

constexpr std::size_t kAbstractNameLimit = 107;

/// The kinds that are not IP: only their text matters.
Result<Address> read_local(Address address, Family family, std::string_view text) {
  address.text = std::string(text.substr(0, 256));
  address.family_open = false;
  switch (family) {
    case Family::unix_path:
      address.kind = AddressKind::unix_path;
      if (text.size() > kUnixPathLimit) return refuse(text, "the socket's path is longer than 97 bytes");
      return address;
    case Family::abstract:
      address.kind = AddressKind::abstract;
      if (text.size() > kAbstractNameLimit) return refuse(text, "the socket's name is longer than 107 bytes");
      return address;
    case Family::reverse_http:
      address.kind = AddressKind::reverse_http;
      return address;
    case Family::descriptor:
      address.kind = AddressKind::descriptor;
      break;
    default:
      address.kind = AddressKind::socket_pair;
      break;
  }
  const LeadingNumber number = leading_number(text);
  if (number.whole && number.value >= 0 && number.value <= std::numeric_limits<int>::max()) return address;
  return refuse(text, "not the number of a file descriptor");
}

/// haproxy's own test of a name before it asks the resolver (resolv_hostname_validation).
bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      label = 0;
    } else if ((!is_alnum(c) && c != '-' && c != '_') || ++label > 63) {
      return false;
    }
  }
  return true;
}

/// The host part of an IP address; brackets, wildcards and the family asked for.
bool read_host(Address& address, Family family, std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    if (host.size() < 4 || host.size() > 47 || host.back() != ']') return false;
    host = host.substr(1, host.size() - 2);
  }
  address.family_open = family == Family::any;
  if (host.empty() || host == "*") {
    address.ip = IpAddress{family == Family::v6 ? IpFamily::v6 : IpFamily::v4};
    return true;
  }
  address.ip = host.size() <= 47 ? parse_ip(std::string(host)) : std::nullopt;
  if (address.ip) {
    const bool fits = family == Family::any || (family == Family::v6) == (address.ip->family == IpFamily::v6);
    return fits;
  }
  address.kind = AddressKind::hostname;
  address.text = std::string(host.substr(0, 256));
  return is_host_name(host);
}

struct Port {
  std::int64_t value = 0;
  bool good = false;
};

Port read_port(std::string_view text, PortSyntax syntax) {
  const LeadingNumber number = leading_number(text);
  // strtol takes an empty text as 0 without an objection
  const bool readable = number.whole || text.empty() || syntax == PortSyntax::lenient;
  return {number.value, readable && number.value >= 0 && number.value <= 65535};
}

bool read_fixed(Address& address, std::string_view text, PortSyntax syntax) {
  const auto dash = text.find('-');
  const Port first = read_port(text.substr(0, dash), syntax);
  const Port last = dash == std::string_view::npos ? first : read_port(text.substr(dash + 1), syntax);
  if (!first.good || !last.good || first.value > last.value) return false;
  address.port_kind = PortKind::fixed;
  address.first_port = static_cast<std::uint16_t>(first.value);
  address.last_port = static_cast<std::uint16_t>(last.value);
  return true;
}

bool read_ports(Address& address, std::string_view text, PortSyntax syntax) {
  if (text.empty()) return true;
  if (is_digit(text.front())) return read_fixed(address, text, syntax);
  if (text.front() != '+' && text.front() != '-') return false;
  const Port port = read_port(text.substr(1), syntax);
  if (!port.good) return false;
  address.port_kind = PortKind::offset;
  address.offset = static_cast<std::int32_t>(text.front() == '-' ? -port.value : port.value);
  return true;
}

}  // namespace

Result<Address> parse_address(std::string_view text, PortSyntax syntax, const Version* version) {
  if (text.empty()) return refuse(text, "the address is empty");
  std::string_view rest = text;
  Address address;
  if (const Prefix* transport = take_prefix(kTransports, version, rest)) {
    address.transport = *transport->transport;
    address.transport_written = true;
  }
  Family family = Family::any;
  if (const Prefix* prefix = take_prefix(kFamilies, version, rest)) {
    family = prefix->family;
    address.transport_written = address.transport_written || prefix->transport;
    address.transport = prefix->transport.value_or(address.transport);
    address.family_open = family == Family::any;
  } else if (!rest.empty() && rest.front() == '/') {
    family = Family::unix_path;
  }
  if (family != Family::any && family != Family::v4 && family != Family::v6) return read_local(address, family, rest);

  const auto mark = rest.find_last_of(":]");
  const bool has_port = mark != std::string_view::npos && rest[mark] == ':';
  const std::string_view host = has_port ? rest.substr(0, mark) : rest;
  if (has_port && !read_ports(address, rest.substr(mark + 1), syntax)) return refuse(text, "the port is not valid");
  if (!read_host(address, family, host)) return refuse(text, "neither an address nor a name of a host");
  return address;
}

}  // namespace preflight::haproxy
