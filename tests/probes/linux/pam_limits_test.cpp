// SPDX-License-Identifier: Apache-2.0
// The lines of limits.conf that set nofile.
#include "probes/linux/pam_limits.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight {
namespace {

TEST(PamLimits, LinesForNofileInTheOrderRead) {
  test::MapHost host;
  host.files["/etc/security/limits.conf"] =
      "# * soft nofile 1\nhaproxy\tHard NOFILE 100 # more\n* soft core 0\nshort nofile\n";
  host.files["/etc/security/limits.d/90-a.conf"] = "@lb - nofile unlimited";
  host.files["/etc/security/limits.d/90-a.bak"] = "* - nofile 7\n";
  const auto limits = read_pam_nofile(host);
  ASSERT_TRUE(limits);
  EXPECT_EQ(*limits, (std::vector<PamLimit>{{"/etc/security/limits.conf", 2, "haproxy", "hard", "100"},
                                            {"/etc/security/limits.d/90-a.conf", 1, "@lb", "-", "unlimited"}}));
}

TEST(PamLimits, NoFilesAreNoLimitsAndARefusalIsAnError) {
  EXPECT_TRUE(read_pam_nofile(test::MapHost())->empty());
  test::MapHost host;
  host.files["/etc/security/limits.conf"] = "";
  host.refused["/etc/security/limits.conf"] = EACCES;
  EXPECT_EQ(read_pam_nofile(host).error().code, std::errc::permission_denied);
}

}  // namespace
}  // namespace preflight
