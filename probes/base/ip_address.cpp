// SPDX-License-Identifier: Apache-2.0
// IP addresses to and from text by inet_pton(3) and inet_ntop(3).
#include "probes/base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

namespace preflight {

bool IpAddress::is_loopback() const {
  if (family == IpFamily::v4) return bytes[0] == 127;
  IpAddress one{IpFamily::v6, {}};
  one.bytes[15] = 1;
  return *this == one;
}

std::optional<IpAddress> parse_ip(const std::string& text) {
  if (text.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
  address = {IpFamily::v6, {}};
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  const int family = address.family == IpFamily::v4 ? AF_INET : AF_INET6;
  inet_ntop(family, address.bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

std::string endpoint(const IpAddress& address, std::uint16_t port) {
  const std::string suffix = ":" + std::to_string(port);
  if (address.family == IpFamily::v6) return "[" + to_string(address) + "]" + suffix;
  return (address.is_any() ? "*" : to_string(address)) + suffix;
}

IpAddress without_mapping(const IpAddress& address) {
  constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
  if (address.family != IpFamily::v6 || !std::equal(kPrefix.begin(), kPrefix.end(), address.bytes.begin()))
    return address;
  IpAddress plain;
  std::copy(std::next(address.bytes.begin(), 12), address.bytes.end(), plain.bytes.begin());
  return plain;
}

}  // namespace preflight
