// SPDX-License-Identifier: Apache-2.0
// Thread sets as the configuration manual defines them.
#include "policies/demand/thread_set.h"

#include <string>

#include <gtest/gtest.h>

namespace preflight::demand {
namespace {

std::string text(const ThreadSet& set) {
  std::string text;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.test(i)) text += (text.empty() ? "" : " ") + std::to_string(i + 1);
  }
  return text;
}

TEST(ThreadSet, EveryFormOfIt) {
  struct Case {
    const char* written;
    const char* expected;
  };
  for (const auto& one : {Case{"2", "2"},
                          {"1-4", "1 2 3 4"},
                          {"5-", "5 6 7"},
                          {"odd", "1 3 5 7"},
                          {"even", "2 4 6"},
                          {"all", "1 2 3 4 5 6 7"},
                          {"1,3-4", "1 3 4"},
                          {"1/all", "1 2 3 4"},
                          {"2/all", "5 6 7"},
                          {"2/odd", "5 7"},
                          {"2/even", "6"},
                          {"2/1-2", "5 6"},
                          {"2/2-", "6 7"},
                          {"2/1-64", "5 6 7"},
                          {"3/all", ""},
                          {"0", ""},
                          {"0-2", "1 2"},
                          {"8", ""},
                          {"7-99999999999", "7"},
                          {"4-2", ""},
                          {"-9223372036854775808-9223372036854775807", ""},
                          {"9223372036854775807", ""},
                          {"", ""},
                          {"/", ""},
                          {"x/1", ""},
                          {"x", ""}}) {
    EXPECT_EQ(text(threads_of(one.written, {7, 2})), one.expected) << one.written;
  }
}

TEST(ThreadSet, TheFirstGroupsAreLarger) {
  EXPECT_EQ(text(threads_of("1/all", {8, 3})), "1 2 3");
  EXPECT_EQ(text(threads_of("2/all", {8, 3})), "4 5 6");
  EXPECT_EQ(text(threads_of("3/all", {8, 3})), "7 8");
}

TEST(ThreadSet, LayoutsBeyondReasonAreBounded) {
  EXPECT_EQ(threads_of("all", {1'000'000, 1}).count(), kMostThreads);
  EXPECT_EQ(threads_of("all", {0, 0}).count(), 1U);
  EXPECT_EQ(threads_of("2/all", {2, 5'000'000}).count(), 1U);
}

}  // namespace
}  // namespace preflight::demand
