// SPDX-License-Identifier: Apache-2.0
// Names and numbers of users and groups, as the files of the host have them.
#include "probes/linux/accounts.h"

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight {
namespace {

test::MapHost host() {
  test::MapHost host;
  host.files["/etc/passwd"] =
      "root:x:0:0:root:/root:/bin/bash\nbroken:x\nhaproxy:x:106:113::/var/lib/haproxy:/bin/false\nhaproxy:x:1:1::/:\n";
  host.files["/etc/group"] = "root:x:0:\nhaproxy:x:113:\nssl-cert:x:120:postgres,haproxy\nadm:x:4:haproxyd\nlogs:x:5:";
  return host;
}

TEST(Accounts, AUserWithItsGroups) {
  const auto account = find_account(host(), {"haproxy", "", {}});
  ASSERT_TRUE(account);
  EXPECT_EQ(account->uid, 106U);
  EXPECT_EQ(account->gid, 113U);
  EXPECT_EQ(account->groups, std::vector<std::uint32_t>{120});
  EXPECT_TRUE(account->in_group(113));
  EXPECT_TRUE(account->in_group(120));
  EXPECT_FALSE(account->in_group(4)) << "haproxyd is somebody else";
}

TEST(Accounts, ByNumberAndWithOtherGroups) {
  const auto account = find_account(host(), {"106", "logs", {"adm", "77"}});
  ASSERT_TRUE(account);
  EXPECT_EQ(account->uid, 106U);
  EXPECT_EQ(account->gid, 5U);
  EXPECT_EQ(account->groups, (std::vector<std::uint32_t>{120, 4, 77}));
}

TEST(Accounts, TheNameOfANumber) {
  EXPECT_EQ(user_name(host(), 106), "haproxy");
  EXPECT_EQ(user_name(host(), 107), "uid 107") << "a directory service may know it";
  EXPECT_EQ(user_name(test::MapHost(), 0), "uid 0") << "where nothing can be read";
}

TEST(Accounts, TheNumberOfAName) {
  EXPECT_EQ(find_user(host(), "haproxy").value(), 106U) << "the first line counts";
  EXPECT_EQ(find_user(host(), "4711").value(), 4711U);
  EXPECT_EQ(find_group(host(), "ssl-cert").value(), 120U);
  EXPECT_EQ(find_user(host(), "ssl-cert").error().code, std::errc::no_such_file_or_directory);
  EXPECT_FALSE(find_group(test::MapHost(), "haproxy"));
}

TEST(Accounts, WhoIsNotThereIsAnError) {
  EXPECT_EQ(find_account(host(), {"nobody-here", "", {}}).error().code, std::errc::no_such_file_or_directory);
  EXPECT_FALSE(find_account(host(), {"broken", "", {}}));
  EXPECT_FALSE(find_account(host(), {"haproxy", "no-such-group", {}}));
  EXPECT_FALSE(find_account(host(), {"haproxy", "", {"no-such-group"}}));
  EXPECT_FALSE(find_account(test::MapHost(), {"haproxy", "", {}}));
}

}  // namespace
}  // namespace preflight
