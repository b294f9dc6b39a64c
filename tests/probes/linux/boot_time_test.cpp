// SPDX-License-Identifier: Apache-2.0
#include "probes/linux/boot_time.h"

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight {
namespace {

TEST(BootTime, IsWhichBootAndForHowLong) {
  test::MapHost host;
  host.files["/proc/sys/kernel/random/boot_id"] = "6f1c0d9e-0000-4000-8000-000000000000\n";
  host.files["/proc/uptime"] = "355.98 2.03\n";
  const auto boot = read_boot_time(host);
  ASSERT_TRUE(boot) << describe(boot.error());
  EXPECT_EQ(boot->id, "6f1c0d9e-0000-4000-8000-000000000000");
  EXPECT_EQ(boot->uptime, std::chrono::seconds(355));
}

TEST(BootTime, IsNotGuessed) {
  test::MapHost host;
  EXPECT_FALSE(read_boot_time(host));
  host.files["/proc/sys/kernel/random/boot_id"] = "\n";
  host.files["/proc/uptime"] = "355.98 2.03\n";
  EXPECT_FALSE(read_boot_time(host));
  host.files["/proc/sys/kernel/random/boot_id"] = "6f1c\n";
  host.files["/proc/uptime"] = "soon\n";
  EXPECT_FALSE(read_boot_time(host));
}

}  // namespace
}  // namespace preflight
