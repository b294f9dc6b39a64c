// SPDX-License-Identifier: Apache-2.0
// A typo is answered with the name that was meant, and nonsense with nothing.
#include "policies/nearest.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace preflight {
namespace {

constexpr std::array<std::string_view, 6> kNames{
    "bind_ports_are_free", "enabled", "nofile_covers_maxconn", "severity", "warn_percent", "somaxconn_covers_backlog"};

struct Typed {
  const char* typed;
  const char* meant;
};
void PrintTo(const Typed& typed, std::ostream* out) { *out << typed.typed; }

class Nearest : public testing::TestWithParam<Typed> {};
TEST_P(Nearest, IsWhatWasMeant) { EXPECT_EQ(nearest(GetParam().typed, kNames), GetParam().meant); }

INSTANTIATE_TEST_SUITE_P(Table, Nearest,
                         testing::Values(Typed{"enabled", "enabled"}, Typed{"enable", "enabled"},
                                         Typed{"enabledd", "enabled"}, Typed{"enabeld", "enabled"},
                                         Typed{"anebled", "enabled"},  // two edits of seven letters
                                         Typed{"aniblet", ""},         // three are too many
                                         Typed{"nofile_cover_maxcon", "nofile_covers_maxconn"},
                                         Typed{"bind-ports-are-free", "bind_ports_are_free"},
                                         Typed{"somaxconn", "somaxconn_covers_backlog"},  // the beginning of a name
                                         Typed{"so", ""}, Typed{"", ""}, Typed{"xyz", ""}));

TEST(Nearest, OfEquallyNearNamesTheFirst) {
  constexpr std::array<std::string_view, 2> kTwins{"maxconn", "maxcons"};
  EXPECT_EQ(nearest("maxcon", kTwins), "maxconn");
  EXPECT_EQ(nearest("maxcons", kTwins), "maxcons") << "the exact one, though it comes later";
}

TEST(Nearest, AnEndlessNameIsNearToNothing) {
  EXPECT_EQ(nearest(std::string(1'000'000, 'e'), kNames), "");
  const std::string endless(1'000'000, 'e');
  const std::array<std::string_view, 1> names{endless};
  EXPECT_EQ(nearest("eeee", names), endless) << "not measured, but it begins so";
}

}  // namespace
}  // namespace preflight
