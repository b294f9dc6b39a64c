// SPDX-License-Identifier: Apache-2.0
// Each lexical rule of haproxy.cfg with a line that shows it; the expectations were checked with haproxy -c.
#include "probes/haproxy/lexer.h"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace preflight::haproxy {
namespace {

using Words = std::vector<std::string>;

const Environment kEnvironment = {{"A", "a"}, {"LIST", "x y"}, {"PADDED", " x "}, {"EMPTY", ""}};
constexpr Dialect kOld{};                                                       // 2.6
constexpr Dialect kEating{.unset_eats_quote = true};                            // 2.9 to 3.1
constexpr Dialect kNew{.blanks_only_split = true, .empty_list_is_none = true};  // since 3.3

Words split(std::string_view text, Dialect dialect = kOld) {
  Lexer lexer(dialect);
  const Line& line = lexer.read(text, {7, "/etc/h.cfg", "web"}, kEnvironment);
  Words words;
  if (line.fault != LexicalFault::none) return {"fault", std::string(describe(line.fault))};
  for (std::size_t i = 0; i < line.count; ++i) words.emplace_back(line.words[i].text);
  return words;
}

struct Case {
  std::string name;
  std::string text;
  Words words;
  Dialect dialect = kOld;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class SplitsWords : public testing::TestWithParam<Case> {};

TEST_P(SplitsWords, AsHaproxyDoes) { EXPECT_EQ(split(GetParam().text, GetParam().dialect), GetParam().words); }

INSTANTIATE_TEST_SUITE_P(
    Lexer, SplitsWords,
    testing::Values(
        Case{"blanks", " \tbind\v:80\f name  x ", {"bind", ":80", "name", "x"}},
        Case{"semicolon_is_a_character", "a;b ; c", {"a;b", ";", "c"}},
        Case{"comment", "bind :80 # x", {"bind", ":80"}},
        Case{"comment_glued_to_a_word", "bind 127.0.0.1:80#x y", {"bind", "127.0.0.1:80"}},
        Case{"comment_sign_escaped", "a\\#b", {"a#b"}}, Case{"comment_sign_quoted", "'a#b' \"c#d\"", {"a#b", "c#d"}},
        Case{"no_continuation", "bind :80 \\", {"bind", ":80", "\\"}},
        Case{"quotes_inside_a_word", "\"127.0.0.1\":8'0'", {"127.0.0.1:80"}},
        Case{"single_quotes_are_literal", "'a\\t$A\"b'", {"a\\t$A\"b"}},
        Case{"double_quote_holds_single", "\"it's\"", {"it's"}},
        Case{"escapes", "a\\ b \\\\ \\t \\x41 \\\" \\'", {"a b", "\\", "\t", "A", "\"", "'"}},
        Case{"unknown_escape_keeps_the_backslash", "\\q \\$A", {"\\q", "\\$A"}},
        Case{"dollar_escaped_in_double_quotes", "\"\\$A\"", {"$A"}},
        Case{"variable_in_double_quotes_only", "\"$A\" $A '${A}' \"x${A}y\"", {"a", "$A", "${A}", "xay"}},
        Case{"default_when_unset_only", "\"${NO-d e}\" \"${A-d}\" b \"${EMPTY-d}\" lost", {"d e", "a", "b"}},
        Case{"default_may_be_empty", "x \"${NO-}\" lost", {"x"}},
        Case{"default_before_2_5",
             "\"${NO-d}\"",
             {"fault", "a brace of a variable is not closed"},
             Dialect{.variable_defaults = false}},
        Case{"unset_ends_the_line", "a \"${NO}\" b", {"a"}},
        Case{"unset_joins_the_next_word", "a \"${NO}\" b", {"a", "b"}, kEating},
        Case{"unset_in_a_word_joins_too", "a \"x${NO}\" b", {"a", "xb"}, kEating},
        Case{"empty_word_ends_the_line", "a \"\" b", {"a"}}, Case{"nul_escape_ends_a_word", "a\\x00b c", {"a", "c"}},
        Case{"list", "\"${LIST[*]}\" z", {"x", "y", "z"}},
        Case{"list_joins_its_neighbours", "\"a${LIST[*]}b\"", {"ax", "yb"}},
        Case{"padded_list", "\"${PADDED[*]}\" z", {}}, Case{"padded_list_new", "\"${PADDED[*]}\" z", {"x", "z"}, kNew},
        Case{"empty_list", "a \"${EMPTY[*]}\" z", {"a"}},
        Case{"empty_list_new", "a \"${EMPTY[*]}\" z", {"a", "z"}, kNew},
        Case{"unset_list_new", "a \"${NO[*]}\" z", {"a", "z"}, kNew},
        Case{"pseudo_variables", "\"${.LINE}\" \"${.FILE}\" \"$.SECTION\"", {"7", "/etc/h.cfg", "web"}},
        Case{"cr_ends_the_line", "bind :80\rx", {"bind", ":80"}},
        Case{"cr_after_a_blank_is_one", "bind :80 \r x", {"bind", ":80", "x"}},
        Case{"cr_inside_a_quote", "\"a\rb\"", {"fault", "a quote is not closed on this line"}},
        Case{"byte_order_mark_is_a_character", "\xEF\xBB\xBFglobal", {"\xEF\xBB\xBFglobal"}},
        Case{"unmatched_double", "a \"b", {"fault", "a quote is not closed on this line"}},
        Case{"unmatched_single", "a 'b", {"fault", "a quote is not closed on this line"}},
        Case{"unmatched_brace", "\"${A\"", {"fault", "a brace of a variable is not closed"}},
        Case{"bad_name", "\"$1\"", {"fault", "a variable's name begins with a letter or '_'"}},
        Case{"bad_pseudo_variable", "\"$.NO\"", {"fault", "a variable's name begins with a letter or '_'"}},
        Case{"bad_escape", "\\x4", {"fault", "\\x needs two hexadecimal digits"}},
        Case{"bad_list", "\"${A[1]}\"", {"fault", "a variable's list is written [*]"}}),
    [](const auto& test) { return test.param.name; });

TEST(Lexer, KeepsColumns) {
  Lexer lexer(kOld);
  const Line& plain = lexer.read("  bind :80", {}, kEnvironment);
  EXPECT_EQ(plain.words[0].column, 3U);
  EXPECT_EQ(plain.words[1].column, 8U);
  const Line& quoted = lexer.read("  bind  \"$LIST\" x", {}, kEnvironment);
  EXPECT_EQ(quoted.words[1].column, 9U);
  EXPECT_EQ(quoted.words[2].column, 17U);
  EXPECT_EQ(lexer.read(" a 'b", {}, kEnvironment).fault_column, 4U);
}

std::string line_of(std::size_t words, std::string_view end) {
  std::string line;
  for (std::size_t i = 0; i < words; ++i) line += (i == 0 ? "w" : " w");
  return line + std::string(end);
}

TEST(Lexer, TakesSixtyFourWords) {
  EXPECT_EQ(split(line_of(64, "")).size(), 64U);
  EXPECT_EQ(split(line_of(64, "#x")).size(), 64U);
  EXPECT_EQ(split(line_of(65, "")), (Words{"fault", "more than 64 words"}));
  EXPECT_EQ(split(line_of(65, ""), kNew), (Words{"fault", "more than 64 words"}));
  // before 3.2 a blank at the end begins one more word
  EXPECT_EQ(split(line_of(64, " ")), (Words{"fault", "more than 64 words"}));
  EXPECT_EQ(split(line_of(64, " "), kNew).size(), 64U);
}

TEST(Lexer, NamesUnsetVariables) {
  Lexer lexer(kOld);
  const Line& line = lexer.read("a \"$NO\" \"${A}\"", {}, kEnvironment);
  ASSERT_EQ(line.unset.size(), 1U);
  EXPECT_EQ(line.unset[0].name, "NO");
  EXPECT_EQ(line.unset[0].column, 4U);
  EXPECT_TRUE(line.has_empty_word());
}

TEST(Lexer, ExpansionIsBounded) {
  const Environment environment = {{"BIG", std::string(100'000, ' ')}};
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "\"${BIG[*]}\"";
  Lexer lexer(kNew);
  EXPECT_EQ(lexer.read(text, {}, environment).fault, LexicalFault::too_long);
}

TEST(Lexer, ALineOfManyMegabytesIsOneWord) {
  const std::string text(16U * 1024U * 1024U, 'a');
  EXPECT_EQ(split(text), Words{text});
  EXPECT_EQ(split('"' + text + '"'), Words{text});
}

TEST(Lexer, DialectsFollowVersions) {
  EXPECT_FALSE(Dialect::of({2, 4, 30}).variable_defaults);
  EXPECT_TRUE(Dialect::of({2, 5, 0}).variable_defaults);
  EXPECT_FALSE(Dialect::of({2, 8, 9}).unset_eats_quote);
  EXPECT_TRUE(Dialect::of({3, 0, 11}).unset_eats_quote);
  EXPECT_FALSE(Dialect::of({3, 3, 0}).unset_eats_quote);
  EXPECT_TRUE(Dialect::of({3, 4, 0}).empty_list_is_none);
}

}  // namespace
}  // namespace preflight::haproxy
