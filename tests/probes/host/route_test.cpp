// SPDX-License-Identifier: Apache-2.0
// Which configured IPv6 addresses may be bound, from recorded lines of /proc/net/if_inet6.
#include "probes/host/route.h"

#include <string>

#include <gtest/gtest.h>

namespace preflight {
namespace {

IpAddress ip(const std::string& text) { return parse_ip(text).value(); }

std::string line(const std::string& flags) {
  return "20010db8000000000000000000000001 02 40 00 " + flags + "     eth0\n";
}

TEST(IsLocalV6, FlagsDecideWhetherAnAddressIsUsable) {
  struct Case {
    const char* flags;
    bool usable;
  };
  for (const auto& [flags, usable] :
       {Case{"80", true}, Case{"00", true}, Case{"40", false}, Case{"c0", false}, Case{"44", true}, Case{"c8", false},
        Case{"4c", false}, Case{"zz", false}, Case{"", false}}) {
    EXPECT_EQ(is_local_v6(line(flags), ip("2001:db8::1")), usable) << flags;
  }
}

TEST(IsLocalV6, OnlyTheAddressItself) {
  const auto text = "00000000000000000000000000000001 01 80 10 80       lo\n" + line("80");
  EXPECT_TRUE(is_local_v6(text, ip("::1")));
  EXPECT_TRUE(is_local_v6(text, ip("2001:db8::1")));
  EXPECT_FALSE(is_local_v6(text, ip("2001:db8::2")));
  EXPECT_FALSE(is_local_v6("", ip("::1")));
  EXPECT_TRUE(is_local_v6("", ip("::")));
  EXPECT_FALSE(is_local_v6("2001 0db8\n\n   \n", ip("2001:db8::1")));
}

TEST(IsLocalV6, AddressUsableOnOneOfTwoInterfacesIsUsable) {
  EXPECT_TRUE(is_local_v6(line("c0") + line("80"), ip("2001:db8::1")));
}

TEST(WithoutMapping, OnlyMappedAddressesBecomeIPv4) {
  EXPECT_EQ(without_mapping(ip("::ffff:10.0.0.1")), ip("10.0.0.1"));
  EXPECT_EQ(without_mapping(ip("::1")), ip("::1"));
  EXPECT_EQ(without_mapping(ip("10.0.0.1")), ip("10.0.0.1"));
}

}  // namespace
}  // namespace preflight
