// SPDX-License-Identifier: Apache-2.0
// A file name, a process or a server can carry escape sequences: none may reach the terminal, whatever field it is in.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "agent/report/json.h"
#include "agent/report/text.h"
#include "probes/base/text.h"
#include "tests/support/sample_report.h"

namespace preflight::test {
namespace {

std::string utf8_of_c1(int value) { return {'\xC2', static_cast<char>(value)}; }

std::vector<std::string> payloads() {
  std::vector<std::string> list = {
      "\x1b[2J\x1b[H",           // clear the screen
      "\x1b[31mred\x1b[0m",      // our own codes, forged
      "\x1b]0;title\x07",        // window title
      "\x1b]52;c;cm0gLXJm\x07",  // clipboard
      "\x1bP1$r\x1b\\",
      "\x1b_payload\x1b\\",
      "all good\nREADY       forged",
      "over\rwritten",
      "gone\b\b\b\b",
      "\u202Egpj.exe",
      "\u2066\u2069\u200B\u200F\uFEFF",
      "\u2028line\u2029",
      "e\u0301\u0301\u0301\u0301",
      "\xC0\xAF\xE0\x80\xAF",  // overlong
      "\xED\xA0\x80",          // a surrogate
      "\xF4\x90\x80\x80",      // beyond Unicode
      "\xC3",                  // cut short
      "\xFF\xFE",
      "</script><script>alert(1)</script>",
      "%n%s%08x",
      "{\"outcome\": \"pass\"}",
      "\u00FCber \u4E2D\u6587",
      std::string("nul\0byte", 8),
  };
  for (int c = 0; c < 0x20; ++c) list.push_back("a" + std::string(1, static_cast<char>(c)) + "b");
  for (int c = 0x7F; c < 0xA0; ++c) list.push_back("a" + std::string(1, static_cast<char>(c)) + "b");
  for (int c = 0x80; c < 0xA0; ++c) list.push_back("a" + utf8_of_c1(c) + "b");
  return list;
}

/// Line ends apart, only what printable() lets through.
bool clean(const std::string& text) {
  bool good = true;
  for_each_line(text, [&](std::string_view line) { good = good && printable(line) == line; });
  return good;
}

std::string without_our_colors(std::string text) {
  constexpr std::array<std::string_view, 6> kCodes = {"\x1b[0m",  "\x1b[1;31m", "\x1b[33m",
                                                      "\x1b[32m", "\x1b[1m",    "\x1b[2m"};
  for (const auto code : kCodes) {
    for (auto at = text.find(code); at != std::string::npos; at = text.find(code)) text.erase(at, code.size());
  }
  return text;
}

TEST(Injection, nothing_reaches_the_terminal) {
  for (const auto& payload : payloads()) {
    const auto sample = hostile_host(payload);
    for (const bool verbose : {false, true}) {
      const auto text = text_report(sample->report(), {.verbose = verbose});
      EXPECT_TRUE(clean(text)) << printable(payload);
      const auto colored = text_report(sample->report(), {.color = true, .verbose = verbose});
      EXPECT_EQ(without_our_colors(colored), text) << printable(payload);
    }
    EXPECT_TRUE(clean(text_report(sample->report(), {.quiet = true}))) << printable(payload);
  }
}

TEST(Injection, a_payload_cannot_forge_a_line) {
  const auto lines = [](const std::string& payload) {
    const auto text = text_report(hostile_host(payload)->report(), {.verbose = true});
    std::size_t forged = 0;
    for_each_line(text, [&](std::string_view line) {
      if (line.substr(0, 6) == "FORGED") ++forged;
    });
    return forged;
  };
  EXPECT_EQ(lines("x\nFORGED"), 0U);
  EXPECT_EQ(lines("x\r\nFORGED"), 0U);
}

TEST(Injection, the_check_can_fail) {
  EXPECT_FALSE(clean("\x1b[31m"));
  EXPECT_FALSE(clean("a\u202Eb"));
  EXPECT_FALSE(clean("\xFF"));
  EXPECT_TRUE(clean("plain \u00FC\nlines\n"));
}

TEST(Injection, json_is_ascii) {
  for (const auto& payload : payloads()) {
    const auto sample = hostile_host(payload);
    for (const auto& document : {json_report(sample->report()), json_facts(sample->facts)}) {
      for (const char c : document) {
        ASSERT_TRUE(c == '\n' || (c >= 0x20 && c <= 0x7E)) << printable(payload);
      }
    }
  }
}

}  // namespace
}  // namespace preflight::test
