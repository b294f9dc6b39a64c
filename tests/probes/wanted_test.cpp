// SPDX-License-Identifier: Apache-2.0
// What a configuration wants of the ports and addresses of its namespace.
#include "probes/wanted.h"

#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"

namespace preflight {
namespace {

WantedPorts wanted(const std::string& config) {
  haproxy::InstanceFacts instance;
  instance.config = haproxy::parse_config({{"/haproxy.cfg", config}}, {});
  return wanted_ports({&instance});
}

TEST(Wanted, BindsStatsSocketsAndPeers) {
  const auto ports = wanted(
      "global\n  stats socket 127.0.0.1:9999\n  localpeer lb1\npeers p\n  bind 10.0.0.1:1024\n  server lb1\n"
      "listen a\n  bind *:80-82\n  bind quic4@*:443 ssl crt /c.pem\n  bind /run/a.sock\n  bind fd@7\n");
  EXPECT_EQ(ports.tcp.size(), 5);
  for (const int port : {80, 81, 82, 9999, 1024}) {
    EXPECT_TRUE(ports.has(Protocol::tcp, static_cast<std::uint16_t>(port))) << port;
  }
  EXPECT_TRUE(ports.has(Protocol::udp, 443));
  EXPECT_FALSE(ports.has(Protocol::tcp, 443));
  EXPECT_EQ(ports.addresses, (std::set<IpAddress>{*parse_ip("10.0.0.1"), *parse_ip("127.0.0.1")}));
}

TEST(Wanted, NothingOfDisabledProxiesAndOtherNamespaces) {
  const auto ports = wanted(
      "listen a\n  disabled\n  bind *:80\n  server s 10.0.1.1:80\nlisten b\n  bind 10.0.0.9:81 namespace blue\n");
  EXPECT_TRUE(ports.tcp.empty());
  EXPECT_TRUE(ports.addresses.empty());
  EXPECT_TRUE(ports.destination_ports.empty());
}

TEST(Wanted, DestinationsWithAPortOfTheirOwn) {
  const auto http = wanted(
      "backend b\n  mode http\n  server a 10.0.1.1:8080\n  server b 10.0.1.2:8080 source 10.0.0.1:1000-1009\n"
      "  server c 10.0.1.3\n  server d /run/d.sock\n  server e 10.0.1.4:9090 source 10.0.0.1:1000-1004\n");
  EXPECT_EQ(http.destination_ports, (std::set<std::uint16_t>{8080, 9090}));
  EXPECT_FALSE(http.tcp_mode);
  EXPECT_EQ(http.smallest_source_range, 5U);
  EXPECT_TRUE(wanted("backend b\n  mode tcp\n  server a 10.0.1.1:8080\n").tcp_mode);
  EXPECT_FALSE(wanted("backend b\n  mode tcp\n  server a 10.0.1.1:8080\n").smallest_source_range);
}

TEST(Wanted, AnInstanceWithoutAConfigurationWantsNothing) {
  const haproxy::InstanceFacts instance;
  EXPECT_TRUE(wanted_ports({&instance}).tcp.empty());
  EXPECT_TRUE(wanted_ports({}).tcp.empty());
}

}  // namespace
}  // namespace preflight
