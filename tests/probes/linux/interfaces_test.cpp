// SPDX-License-Identifier: Apache-2.0
// /proc/net/dev by name, as text and as the kernel writes it.
#include "probes/linux/interfaces.h"

#include <gtest/gtest.h>

#include "probes/host/live_host.h"
#include "tests/support/map_host.h"

namespace preflight {
namespace {

TEST(Interfaces, AreNamedBeforeTheColon) {
  test::MapHost host;
  host.files["/proc/net/dev"] =
      "Inter-|   Receive                            |  Transmit\n"
      " face |bytes    packets errs drop fifo frame|bytes    packets errs drop fifo colls carrier compressed\n"
      "    lo:  123       1    0    0    0     0       123       1    0    0    0     0       0          0\n"
      "enp0s3.100:1 2 0 0 0 0 0 0 1 2 0 0 0 0 0 0\n";
  EXPECT_EQ(read_interfaces(host, Netns{}), (std::set<std::string>{"enp0s3.100", "lo"}));
}

TEST(Interfaces, NoneAtAllIsAnError) {
  test::MapHost host;
  EXPECT_FALSE(read_interfaces(host, Netns{}));
  host.files["/proc/net/dev"] = "Inter-|   Receive\n face |bytes\n";
  EXPECT_FALSE(read_interfaces(host, Netns{}));
}

TEST(Interfaces, ThisHostHasALoopback) {
  const auto names = read_interfaces(LiveHost(), Netns{});
  ASSERT_TRUE(names) << describe(names.error());
  EXPECT_EQ(names->count("lo"), 1U);
}

}  // namespace
}  // namespace preflight
