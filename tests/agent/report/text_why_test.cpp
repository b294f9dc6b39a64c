// SPDX-License-Identifier: Apache-2.0
// The page of one setting, as a person saw and accepted it, and what holds for every such page.
#include "agent/report/text_why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/report/text_page.h"
#include "probes/base/text.h"
#include "tests/support/golden.h"
#include "tests/support/sample_why.h"

namespace preflight::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(TextWhy, overruled) {
  expect_golden("agent/report/golden/why_overruled.txt", text_why(overruled_somaxconn(), false));
}
TEST(TextWhy, overruled_color) {
  expect_golden("agent/report/golden/why_overruled_color.txt", text_why(overruled_somaxconn(), true));
}
TEST(TextWhy, settled) { expect_golden("agent/report/golden/why_settled.txt", text_why(settled_somaxconn(), false)); }
TEST(TextWhy, late) { expect_golden("agent/report/golden/why_late.txt", text_why(late_conntrack(), false)); }
TEST(TextWhy, untouched) {
  expect_golden("agent/report/golden/why_untouched.txt", text_why(untouched_swappiness(), false));
}
TEST(TextWhy, ignored) { expect_golden("agent/report/golden/why_ignored.txt", text_why(ignored_limit(), false)); }

TEST(TextWhy, the_last_writer_is_told_first) {
  auto why = overruled_somaxconn();
  EXPECT_THAT(text_why(why, false), StartsWith("net.core.somaxconn: 65535 now, 8192 after the next boot\n"));
  why.writers.front().value.clear();
  EXPECT_THAT(text_why(why, false), StartsWith("net.core.somaxconn: 65535 now, not known after the next boot\n"));
  why.writers.clear();
  EXPECT_THAT(text_why(why, false), StartsWith("net.core.somaxconn: 65535 now, 1024 after the next boot\n"));
  why.writers_error = Error{std::errc::permission_denied, "/etc/tuned", "Permission denied"};
  EXPECT_THAT(text_why(why, false), StartsWith("net.core.somaxconn: 65535 now, 1024 after the next boot, as far as"));
}

TEST(TextWhy, an_answer_that_is_not_known_reads_as_such) {
  auto why = settled_somaxconn();
  why.answers = {{.by = BootProgram::systemd_sysctl,
                  .error = Error{std::errc::permission_denied, "/etc/sysctl.d", "not allowed"}}};
  const auto page = text_why(why, false);
  EXPECT_THAT(page, HasSubstr("1024 now, not known after the next boot"));
  EXPECT_THAT(page, HasSubstr("systemd-sysctl, /etc/sysctl.d: not allowed"));
}

TEST(TextWhy, what_only_the_machine_knows_is_not_guessed) {
  auto why = untouched_swappiness();
  why.initial.reset();
  EXPECT_THAT(text_why(why, false), StartsWith("vm.swappiness: 60 now, after the next boot the kernel's own value"));
}

TEST(TextWhy, blanks_and_tabs_are_no_difference) {
  auto why = untouched_swappiness();
  why.running.front().value = "32768\t60999";
  why.initial = "32768 60999";
  EXPECT_THAT(text_why(why, false), StartsWith("vm.swappiness: 32768 60999 now and after the next boot\n"));
}

TEST(TextWhy, many_of_a_kind_stay_one_screen) {
  auto why = overruled_somaxconn();
  auto& lines = why.answers.front().lines;
  lines.insert(lines.begin(), 500, lines.front());
  *why.answers.front().decider += 500;
  why.writers.assign(100, why.writers.front());
  why.demands.assign(100, why.demands.front());
  why.verdicts.assign(100, why.verdicts.front());
  why.running.assign(50, why.running.front());
  const auto page = text_why(why, false);
  EXPECT_LT(std::count(page.begin(), page.end(), '\n'), 56);
  EXPECT_THAT(page, HasSubstr("after 499 further lines (--format json lists them)"));
  EXPECT_THAT(page, HasSubstr("and 97 more findings"));
  EXPECT_THAT(page, HasSubstr("and 97 more demands (--format json lists them)"));
}

TEST(TextWhy, eighty_columns) {
  for (const auto& why :
       {overruled_somaxconn(), settled_somaxconn(), late_conntrack(), untouched_swappiness(), ignored_limit()}) {
    for_each_line(text_why(why, false), [](std::string_view line) {
      EXPECT_LE(text::columns(line), text::kWidth) << line;
      EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
    });
  }
}

TEST(TextWhy, a_long_line_is_cut_and_its_strokes_leave_room) {
  auto why = overruled_somaxconn();
  why.frame->lines[1] = "net.ipv4.ip_local_reserved_ports = " + std::string(300, '7');
  const auto page = text_why(why, false);
  for_each_line(page, [](std::string_view line) { EXPECT_LE(text::columns(line), text::kWidth) << line; });
  EXPECT_THAT(page, HasSubstr("777...\n"));
  EXPECT_THAT(page, HasSubstr("^^ decides, until tuned writes it\n"));
}

TEST(TextWhy, what_comes_from_outside_cannot_act_on_the_terminal) {
  const auto page = text_why(hostile_setting("\x1b[31m\n\r\xFF\u202E x"), false);
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, Not(HasSubstr("\r")));
  EXPECT_THAT(page, Not(HasSubstr("\xFF")));
  EXPECT_THAT(page, Not(HasSubstr("\u202E")));
}

}  // namespace
}  // namespace preflight::test
