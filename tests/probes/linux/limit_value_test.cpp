// SPDX-License-Identifier: Apache-2.0
// What LimitNOFILE= may say; each case was seen on systemd 252, which keeps the former value where it ignores one.
#include "probes/linux/limit_value.h"

#include <string>

#include <gtest/gtest.h>

namespace preflight {
namespace {

std::string said(std::string_view text) {
  const auto limits = parse_limit(text);
  if (!limits) return "ignored";
  const auto side = [](std::uint64_t value) { return value == kUnlimited ? "infinity" : std::to_string(value); };
  return side(limits->soft) + ":" + side(limits->hard);
}

TEST(LimitValue, TakesWhatSystemdTakes) {
  struct Case {
    std::string_view text;
    const char* said;
  };
  const Case cases[] = {{"7000", "7000:7000"},
                        {"1024:6000", "1024:6000"},
                        {"infinity", "infinity:infinity"},
                        {"1024:infinity", "1024:infinity"},
                        {"0", "0:0"},
                        {"0x10", "16:16"},
                        {"0X1f", "31:31"},
                        {"010", "8:8"},
                        {"0o17", "15:15"},
                        {"0b101", "5:5"},
                        {"+5", "5:5"},
                        {"-0", "0:0"},
                        {"4096: 8192", "4096:8192"},
                        {"4096:\t8192", "4096:8192"},
                        {"5:6:", "5:6"},
                        {"65\\536", "65536:65536"},
                        {"\v5", "5:5"},
                        {"\v-1", "ignored"},
                        {"\v-2", "18446744073709551614:18446744073709551614"},
                        {"0b -2", "ignored"},
                        {"0b -10", "18446744073709551614:18446744073709551614"},
                        {"18446744073709551614", "18446744073709551614:18446744073709551614"}};
  for (const auto& c : cases) EXPECT_EQ(said(c.text), c.said) << c.text;
}

TEST(LimitValue, TellsWhyTheRestIsIgnored) {
  struct Case {
    std::string_view text;
    const char* reason;
  };
  const Case cases[] = {{"7000:6000", "the soft limit is above the hard one"},
                        {"infinity:5", "the soft limit is above the hard one"},
                        {"10k", "a number of descriptors takes no suffix"},
                        {"10K", "a number of descriptors takes no suffix"},
                        {"5000:", "one side has no value"},
                        {":5000", "one side has no value"},
                        {"", "an empty value resets nothing"},
                        {"4096 : 8192", "there is a blank behind the number"},
                        {"5\v", "there is a blank behind the number"},
                        {"-1", "it is below 0"},
                        {"5:6:7", "it has more than two sides"},
                        {"5\\\\", "it is no number"},
                        {"08", "it is no number"},
                        {"0x", "a number of descriptors takes no suffix"},
                        {"unlimited", "it is no number"},
                        {"Infinity", "it is no number"},
                        {"18446744073709551615", "it is no number"},
                        {"99999999999999999999999", "it is no number"}};
  for (const auto& c : cases) {
    const auto limits = parse_limit(c.text);
    ASSERT_FALSE(limits) << c.text;
    EXPECT_EQ(limits.error().reason, c.reason) << c.text;
  }
}

}  // namespace
}  // namespace preflight
