// SPDX-License-Identifier: Apache-2.0
// Which sockets and binds claim the same address and port.
#include "policies/listening.h"

#include <gtest/gtest.h>

namespace preflight {
namespace {

haproxy::Bind bind_of(const char* ip, std::uint16_t first, std::uint16_t last) {
  haproxy::Bind bind;
  bind.address.ip = parse_ip(ip);
  bind.address.port_kind = haproxy::PortKind::fixed;
  bind.address.first_port = first;
  bind.address.last_port = last;
  return bind;
}

SocketEntry listener(const char* ip, std::uint16_t port) {
  SocketEntry socket;
  socket.state = SocketState::listen;
  socket.local = *parse_ip(ip);
  socket.local_port = port;
  return socket;
}

TEST(Listening, AWildcardTakesItsFamily) {
  struct Case {
    const char* bind;
    const char* socket;
    bool expected;
  };
  for (const auto& one : {Case{"0.0.0.0", "0.0.0.0", true},
                          {"0.0.0.0", "10.0.0.1", true},
                          {"10.0.0.1", "0.0.0.0", true},
                          {"10.0.0.1", "10.0.0.1", true},
                          {"10.0.0.1", "10.0.0.2", false},
                          {"::", "2001:db8::1", true},
                          {"2001:db8::1", "2001:db8::2", false},
                          {"0.0.0.0", "2001:db8::1", false},
                          {"10.0.0.1", "2001:db8::1", false}}) {
    EXPECT_EQ(overlaps(bind_of(one.bind, 80, 80), listener(one.socket, 80), false), one.expected)
        << one.bind << " " << one.socket;
  }
}

TEST(Listening, WhatMakesAnIpv6WildcardTakeIpv4) {
  struct Case {
    bool v4v6;
    bool v6only;
    bool bindv6only;
    bool dual;
  };
  for (const auto& one : {Case{false, false, false, true},
                          {false, false, true, false},
                          {true, false, false, true},
                          {true, false, true, true},
                          {false, true, false, false},
                          {false, true, true, false}}) {
    auto bind = bind_of("::", 80, 80);
    bind.v4v6 = one.v4v6;
    bind.v6only = one.v6only;
    EXPECT_EQ(is_dual(bind, one.bindv6only), one.dual);
    EXPECT_EQ(overlaps(bind, listener("10.0.0.1", 80), one.bindv6only), one.dual);
    EXPECT_EQ(overlaps(bind, listener("0.0.0.0", 80), one.bindv6only), one.dual);
  }
  EXPECT_FALSE(is_dual(bind_of("2001:db8::1", 80, 80), false)) << "only a wildcard";
  EXPECT_FALSE(is_dual(bind_of("0.0.0.0", 80, 80), false));
}

TEST(Listening, AnIpv6WildcardSocketIsInTheWayOfIpv4) {
  auto socket = listener("::", 80);
  EXPECT_TRUE(overlaps(bind_of("10.0.0.1", 80, 80), socket, false));
  socket.v6only = true;
  EXPECT_FALSE(overlaps(bind_of("10.0.0.1", 80, 80), socket, false));
}

TEST(Listening, TransportsAreApart) {
  auto quic = bind_of("0.0.0.0", 443, 443);
  quic.address.transport = haproxy::Transport::quic;
  EXPECT_EQ(subject_of(quic).text, "bind:udp/*:443");
  EXPECT_FALSE(overlaps(quic, listener("0.0.0.0", 443), false));
  auto socket = listener("0.0.0.0", 443);
  socket.protocol = Protocol::udp;
  EXPECT_TRUE(overlaps(quic, socket, false));
}

TEST(Listening, RangesHoldBothEnds) {
  const auto bind = bind_of("10.0.0.1", 1000, 1999);
  EXPECT_EQ(subject_of(bind).text, "bind:tcp/10.0.0.1:1000-1999");
  for (const auto& [port, expected] : {std::pair{999, false}, {1000, true}, {1999, true}, {2000, false}}) {
    const auto socket = listener("10.0.0.1", static_cast<std::uint16_t>(port));
    EXPECT_EQ(overlaps(bind, socket, false), expected) << port;
  }
}

TEST(Listening, ANameHasNoAddressYet) {
  haproxy::Bind bind = bind_of("10.0.0.1", 80, 80);
  bind.address.kind = haproxy::AddressKind::hostname;
  bind.address.ip.reset();
  bind.address.text = "lb.example.net";
  EXPECT_FALSE(overlaps(bind, listener("0.0.0.0", 80), false));
  EXPECT_EQ(endpoint_of(bind), "lb.example.net:80");
}

TEST(Listening, ConnectedSocketsDoNotListen) {
  auto socket = listener("10.0.0.1", 80);
  EXPECT_TRUE(is_listening(socket));
  socket.state = SocketState::time_wait;
  EXPECT_FALSE(is_listening(socket));
  socket.protocol = Protocol::udp;
  socket.state = SocketState::established;
  EXPECT_FALSE(is_listening(socket));
  socket.state = SocketState::close;
  EXPECT_TRUE(is_listening(socket)) << "UDP without a peer";
}

TEST(Listening, OwnersAreNamedOrSaidToBeHidden) {
  PortUser user{listener("10.0.0.1", 80), {{7, 812, "nginx", "nginx.service"}, {7, 813, "sh", ""}}, true};
  EXPECT_EQ(owners_text(user), "nginx (pid 812, nginx.service), sh (pid 813)");
  user.owners.clear();
  EXPECT_EQ(owners_text(user), "a socket without a process");
  user.owners_complete = false;
  EXPECT_EQ(owners_text(user), "a process that is not visible");
}

}  // namespace
}  // namespace preflight
