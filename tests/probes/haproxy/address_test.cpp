// SPDX-License-Identifier: Apache-2.0
// Addresses in every form of configuration.txt section 11, and the second expansion that only addresses get.
#include "probes/haproxy/address.h"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "probes/haproxy/environment.h"

namespace preflight::haproxy {
namespace {

/// A compact picture: kind, host, ports; "!" when refused.
std::string picture(std::string_view text, PortSyntax syntax = PortSyntax::strict) {
  const auto address = parse_address(text, syntax);
  if (!address) return "!";
  std::string out;
  if (address->transport == Transport::datagram) out += "udp ";
  if (address->transport == Transport::quic) out += "quic ";
  if (!address->family_open) out += "fixed ";
  switch (address->kind) {
    case AddressKind::ip:
      out += to_string(*address->ip);
      break;
    case AddressKind::hostname:
      out += "name " + address->text;
      break;
    case AddressKind::unix_path:
      out += "unix " + address->text;
      break;
    case AddressKind::abstract:
      out += "abns " + address->text;
      break;
    case AddressKind::descriptor:
      out += "fd " + address->text;
      break;
    case AddressKind::socket_pair:
      out += "sockpair " + address->text;
      break;
    case AddressKind::reverse_http:
      out += "rhttp " + address->text;
      break;
  }
  if (address->port_kind == PortKind::offset) out += " offset " + std::to_string(address->offset);
  if (address->port_kind == PortKind::fixed) out += " " + std::to_string(address->first_port);
  if (address->port_count() > 1) out += "-" + std::to_string(address->last_port);
  return out;
}

struct Case {
  std::string text;
  std::string expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.text; }

class ReadsAddress : public testing::TestWithParam<Case> {};

TEST_P(ReadsAddress, AsHaproxyDoes) { EXPECT_EQ(picture(GetParam().text), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Address, ReadsAddress,
    testing::Values(
        Case{"127.0.0.1:80", "127.0.0.1 80"}, Case{":80", "0.0.0.0 80"}, Case{"*:80", "0.0.0.0 80"},
        Case{"127.0.0.1:80-90", "127.0.0.1 80-90"}, Case{"127.0.0.1:80-80", "127.0.0.1 80"},
        Case{"127.0.0.1:80-70", "!"}, Case{"127.0.0.1:65536", "!"}, Case{"127.0.0.1:0", "127.0.0.1 0"},
        Case{"127.0.0.1", "127.0.0.1"}, Case{"127.0.0.1:", "127.0.0.1"}, Case{"127.0.0.1:+8", "127.0.0.1 offset 8"},
        Case{"127.0.0.1:-8", "127.0.0.1 offset -8"}, Case{"127.0.0.1:+", "127.0.0.1 offset 0"},
        Case{"127.0.0.1:x", "!"}, Case{"127.0.0.1:80;", "!"}, Case{":::80", ":: 80"}, Case{"::1:80", "::1 80"},
        Case{"[::1]:80", "::1 80"}, Case{"[::1]", "::1"}, Case{"[::]:80", ":: 80"}, Case{"[::1", "!"},
        Case{"[]:80", "!"}, Case{"2001:db8::1:", "2001:db8::1"}, Case{"2001:db8::1", "!"}, Case{"80", "name 80"},
        Case{"ipv4@*:80", "fixed 0.0.0.0 80"}, Case{"ipv6@*:80", "fixed :: 80"}, Case{"ipv6@:80", "fixed :: 80"},
        Case{"ip@127.0.0.1:80", "127.0.0.1 80"}, Case{"ipv4@[::1]:80", "!"}, Case{"ipv6@127.0.0.1:80", "!"},
        Case{"tcp4@127.0.0.1:80", "fixed 127.0.0.1 80"}, Case{"tcp6@[::1]:80", "fixed ::1 80"},
        Case{"udp@127.0.0.1:53", "udp 127.0.0.1 53"}, Case{"quic4@:443", "quic fixed 0.0.0.0 443"},
        Case{"quic+ipv6@:443", "quic fixed :: 443"}, Case{"mptcp@:80", "0.0.0.0 80"},
        Case{"stream+ip@:80", "0.0.0.0 80"}, Case{"/run/x.sock", "fixed unix /run/x.sock"},
        Case{"unix@run/x", "fixed unix run/x"}, Case{"uxdg@/dev/log", "udp fixed unix /dev/log"},
        Case{"abns@name", "fixed abns name"}, Case{"abnsz@name", "fixed abns name"}, Case{"fd@3", "fixed fd 3"},
        Case{"fd@", "!"}, Case{"fd@3x", "!"}, Case{"fd@-1", "!"}, Case{"sockpair@4", "fixed sockpair 4"},
        Case{"rhttp@be/srv", "fixed rhttp be/srv"}, Case{"www.example.com:80", "name www.example.com 80"},
        Case{"_http._tcp.example.com", "name _http._tcp.example.com"}, Case{"a b:80", "!"}, Case{"a@b:80", "!"},
        Case{"", "!"}, Case{"/" + std::string(97, 'x'), "!"}, Case{"abns@" + std::string(108, 'x'), "!"},
        Case{std::string(64, 'a') + ":80", "!"}));

TEST(Address, TextAfterAPortWasIgnoredBefore29) {
  EXPECT_EQ(picture("127.0.0.1:18101;", PortSyntax::lenient), "127.0.0.1 18101");
  EXPECT_EQ(picture("127.0.0.1:18101;"), "!");
}

TEST(Address, APrefixOfALaterReleaseIsPartOfAName) {
  struct Row {
    const char* text;
    Version since;
  };
  for (const Row& row : {Row{"quic+ip@127.0.0.1:80", {2, 8, 0}}, Row{"rhttp@b/s", {2, 9, 0}}, Row{"abnsz@x", {3, 1, 0}},
                         Row{"mptcp@127.0.0.1:80", {3, 1, 0}}, Row{"mptcp4@127.0.0.1:80", {3, 1, 0}},
                         Row{"mptcp6@[::1]:80", {3, 1, 0}}}) {
    Version before = row.since;
    --before.minor;
    if (before.minor < 0) before = {2, 9, 99};
    EXPECT_TRUE(parse_address(row.text, PortSyntax::strict, &row.since)) << row.text;
    EXPECT_FALSE(parse_address(row.text, PortSyntax::strict, &before)) << row.text;
    EXPECT_TRUE(parse_address(row.text)) << row.text << " without a version";
  }
}

TEST(Address, TellsWhetherTheTransportWasWritten) {
  for (const char* const text : {"tcp@:80", "udp@:80", "stream+ip@:80", "uxst@/x", "quic4@:80"}) {
    EXPECT_TRUE(parse_address(text)->transport_written) << text;
  }
  for (const char* const text : {":80", "ip@:80", "ipv4@:80", "/x", "unix@/x", "abns@x"}) {
    EXPECT_FALSE(parse_address(text)->transport_written) << text;
  }
}

TEST(Address, ExpandsWithoutDefaults) {
  const Environment environment = {{"IP", "10.0.0.1"}, {"P", "80"}};
  EXPECT_EQ(expand_address("${IP}:$P", environment).text, "10.0.0.1:80");
  EXPECT_EQ(expand_address("$IP", environment).text, "10.0.0.1");
  EXPECT_EQ(expand_address(":${P-81}", environment).text, ":80-81}");
  EXPECT_EQ(expand_address("a$", environment).text, "a");
  const auto unset = expand_address("${NOPE}:80", environment);
  EXPECT_EQ(unset.text, ":80");
  EXPECT_EQ(unset.unset, std::vector<std::string>{"NOPE"});
}

TEST(Address, ExpansionIsBounded) {
  const Environment environment = {{"B", std::string(100'000, 'b')}};
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "$B.";
  EXPECT_LE(expand_address(text, environment).text.size(), kExpansionLimit + text.size());
}

}  // namespace
}  // namespace preflight::haproxy
