// SPDX-License-Identifier: Apache-2.0
// Sets of ports at the borders of their words and of the port space.
#include "probes/linux/port_set.h"

#include <gtest/gtest.h>

namespace preflight {
namespace {

TEST(PortSet, RangesHoldBothEnds) {
  PortSet ports;
  ports.add({63, 128});
  ports.add({65535, 65535});
  ports.add({10, 9});
  EXPECT_EQ(ports.size(), 67);
  for (const int port : {63, 64, 127, 128, 65535})
    EXPECT_TRUE(ports.contains(static_cast<std::uint16_t>(port))) << port;
  for (const int port : {0, 62, 129, 65534}) EXPECT_FALSE(ports.contains(static_cast<std::uint16_t>(port))) << port;
}

TEST(PortSet, FirstInARange) {
  PortSet ports;
  EXPECT_FALSE(ports.first_in({0, 65535}));
  ports.add(64);
  ports.add(65535);
  EXPECT_EQ(ports.first_in({0, 65535}), 64);
  EXPECT_EQ(ports.first_in({64, 64}), 64);
  EXPECT_FALSE(ports.first_in({0, 63}));
  EXPECT_FALSE(ports.first_in({65, 65534}));
  EXPECT_EQ(ports.first_in({65, 65535}), 65535);
  EXPECT_FALSE(ports.first_in({70, 64}));
}

TEST(PortSet, OneSetAgainstAnother) {
  PortSet ports;
  ports.add({100, 200});
  PortSet other;
  other.add({150, 300});
  PortSet both = ports;
  both.keep(other);
  EXPECT_EQ(both.size(), 51);
  ports.remove(other);
  EXPECT_EQ(ports.size(), 50);
  ports.remove(100);
  EXPECT_EQ(ports.first_in({0, 65535}), 101);
}

Sysctls sysctls(const char* range, const char* reserved) {
  Sysctls values;
  values.values.emplace("net.ipv4.ip_local_port_range", std::string(range));
  values.values.emplace("net.ipv4.ip_local_reserved_ports", std::string(reserved));
  return values;
}

TEST(OutgoingPorts, TheRangeWithoutTheReserved) {
  EXPECT_EQ(outgoing_ports(sysctls("32768\t60999", ""))->size(), 28232);
  EXPECT_EQ(outgoing_ports(sysctls("32768\t60999", "1-32768,60999"))->size(), 28230);
  EXPECT_FALSE(outgoing_ports(sysctls("x", "")));
  EXPECT_FALSE(outgoing_ports(Sysctls{}));
}

}  // namespace
}  // namespace preflight
