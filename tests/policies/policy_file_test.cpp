// SPDX-License-Identifier: Apache-2.0
// A policy means what it says, or it is refused at the line and column that has to change.
#include "policies/policy_file.h"

#include <chrono>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policies/synthetic_checks.h"

namespace preflight {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<Policy> load(const std::vector<PolicyText>& files) { return load_policy(files, test::kSyntheticChecks); }
Result<Policy> load(const std::string& content) { return load({{"site.toml", content}}); }

constexpr const char* kWaiver = R"([[waiver]]
check = "nofile_covers_maxconn"
subject = "instance:*"
reason = "next image"
owner = "traffic"
expires = 2027-01-31
)";

TEST(PolicyFile, BuiltInPolicyAloneChangesNothing) {
  const auto policy = load(std::vector<PolicyText>{});
  ASSERT_TRUE(policy) << describe(policy.error());
  EXPECT_TRUE(policy->checks.empty());
  EXPECT_TRUE(policy->waivers.empty());
  EXPECT_FALSE(policy->assume.maxconn);
  EXPECT_EQ(policy->files, std::vector<std::string>{"built-in"});
  EXPECT_TRUE(policy->of("nofile_covers_maxconn").enabled);
}

TEST(PolicyFile, ReadsChecksWaiversAndAssumptions) {
  const auto policy = load(std::string(R"([check.nofile_covers_maxconn]
enabled = false
severity = "warning"
warn_percent = 90
[assume]
maxconn = 50000
)") + kWaiver);
  ASSERT_TRUE(policy) << describe(policy.error());
  const CheckPolicy& nofile = policy->of("nofile_covers_maxconn");
  EXPECT_FALSE(nofile.enabled);
  EXPECT_EQ(nofile.severity, Severity::warning);
  EXPECT_EQ(nofile.settings.get(test::kNofileParameters[1]), 90);
  EXPECT_EQ(nofile.settings.get(test::kNofileParameters[0]), 10) << "not written: the standard";
  EXPECT_EQ(policy->assume.maxconn, 50000);
  ASSERT_EQ(policy->waivers.size(), 1U);
  const Waiver& waiver = policy->waivers.front();
  EXPECT_EQ(waiver.subject, "instance:*");
  EXPECT_EQ(waiver.reason, "next image");
  EXPECT_EQ(waiver.owner, "traffic");
  EXPECT_EQ(waiver.expires, (Day{2027, 1, 31}));
  EXPECT_EQ(to_string(waiver.place), "site.toml:7:1");
}

TEST(PolicyFile, PerKeyTheLastFileWinsAndWaiversAddUp) {
  const std::string other =
      "waiver = [{check = 'sysctls_survive_boot', subject = 'sysctl:a.b', reason = 'r', owner = 'o', "
      "expires = '2028-02-29'}]\n";
  const auto policy =
      load({{"a.toml", "[check.nofile_covers_maxconn]\nenabled = false\nwarn_percent = 50\n" + std::string(kWaiver)},
            {"b.toml", "check.nofile_covers_maxconn.warn_percent = 60\n" + other},
            {"c.toml", ""}});
  ASSERT_TRUE(policy) << describe(policy.error());
  EXPECT_FALSE(policy->of("nofile_covers_maxconn").enabled) << "a key the later file does not name stays";
  EXPECT_EQ(policy->of("nofile_covers_maxconn").settings.get(test::kNofileParameters[1]), 60);
  ASSERT_EQ(policy->waivers.size(), 2U);
  EXPECT_EQ(policy->waivers[1].expires, (Day{2028, 2, 29})) << "a quoted date is a date";
  EXPECT_EQ(policy->files, (std::vector<std::string>{"built-in", "a.toml", "b.toml", "c.toml"}));
}

struct Refused {
  const char* name;
  std::string content;
  const char* object;
  const char* reason;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }

class PolicyFileRefuses : public testing::TestWithParam<Refused> {};

TEST_P(PolicyFileRefuses, AtThePlaceThatHasToChange) {
  const auto policy = load(GetParam().content);
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().object, GetParam().object);
  EXPECT_THAT(policy.error().reason, HasSubstr(GetParam().reason));
}

std::string waiver(const std::string& check, const std::string& subject, const std::string& reason,
                   const std::string& owner, const std::string& expires) {
  return "[[waiver]]\ncheck = " + check + "\nsubject = " + subject + "\nreason = " + reason + "\nowner = " + owner +
         "\nexpires = " + expires + "\n";
}
std::string until(const std::string& expires) {
  return waiver("'nofile_covers_maxconn'", "'host'", "'r'", "'o'", expires);
}

const Refused kRefused[] = {
    {"UnknownTable", "\n[chekc.nofile_covers_maxconn]\n", "site.toml:2:2",
     "unknown table 'chekc'; did you mean 'check'?"},
    {"UnknownTableFarFromAny", "[zzz]\n", "site.toml:1:2", "unknown table 'zzz'; known here: check, waiver, assume"},
    {"UnknownTopLevelKey", "fail_on = 1\n", "site.toml:1:1", "unknown table 'fail_on'"},
    {"UnknownCheck", "[check.nofile_cover_maxconn]\n", "site.toml:1:8",
     "unknown check 'nofile_cover_maxconn'; did you mean 'nofile_covers_maxconn'?"},
    {"UnknownCheckFarFromAny", "[check.zzz]\n", "site.toml:1:8", "`lbpreflight list` names them all"},
    {"UnknownKey", "[check.sysctls_survive_boot]\n  enabeld = true\n", "site.toml:2:3",
     "unknown key 'enabeld'; did you mean 'enabled'?"},
    {"UnknownParameter", "[check.nofile_covers_maxconn]\nwarn_precent = 3\n", "site.toml:2:1",
     "did you mean 'warn_percent'?"},
    {"ParameterOfAnotherCheck", "[check.sysctls_survive_boot]\nwarn_percent = 3\n", "site.toml:2:1",
     "known here: enabled, severity"},
    {"CheckIsNoTable", "check = 3\n", "site.toml:1:9", "'check' must be tables, [check.<id>], not an integer"},
    {"OneCheckIsNoTable", "[check]\nsysctls_survive_boot = true\n", "site.toml:2:24", "not a boolean"},
    {"EnabledAsText", "[check.sysctls_survive_boot]\nenabled = \"yes\"\n", "site.toml:2:11",
     "'enabled' must be true or false, not a string"},
    {"SeverityAsNumber", "[check.sysctls_survive_boot]\nseverity = 1\n", "site.toml:2:12", "must be a string"},
    {"SeverityUnknown", "[check.sysctls_survive_boot]\nseverity = \"critical\"\n", "site.toml:2:12",
     "unknown severity 'critical'"},
    {"SeverityRaised", "[check.sysctls_survive_boot]\nseverity = \"error\"\n", "site.toml:2:12",
     "can only lower a severity; 'sysctls_survive_boot' reports at worst \"warning\""},
    {"ParameterAsText", "[check.nofile_covers_maxconn]\nwarn_percent = '80'\n", "site.toml:2:16", "must be an integer"},
    {"ParameterAsFraction", "[check.nofile_covers_maxconn]\nwarn_percent = 80.5\n", "site.toml:2:16",
     "not a number with a fraction"},
    {"ParameterAsTime", "[check.nofile_covers_maxconn]\nwarn_percent = 07:32:00\n", "site.toml:2:16", "not a time"},
    {"ParameterTooSmall", "[check.nofile_covers_maxconn]\nwarn_percent = 0\n", "site.toml:2:16",
     "'warn_percent' is 0, must be from 1 to 100"},
    {"ParameterTooLarge", "[check.nofile_covers_maxconn]\nwarn_percent = 101\n", "site.toml:2:16", "is 101"},
    {"NumberBeyondIntegers", "[check.nofile_covers_maxconn]\nwarn_percent = 99999999999999999999\n", "site.toml:2:36",
     ""},
    {"AssumeUnknownKey", "[assume]\nmaxcon = 1\n", "site.toml:2:1", "did you mean 'maxconn'?"},
    {"AssumeZero", "[assume]\nmaxconn = 0\n", "site.toml:2:11", "must be from 1"},
    {"AssumeIsNoTable", "assume = []\n", "site.toml:1:10", "must be a table, [assume], not an array"},
    {"WaiverAsTable", "[waiver]\ncheck = 'x'\n", "site.toml:1:1", "a list of tables, [[waiver]], not a table"},
    {"WaiverOfNumbers", "waiver = [1]\n", "site.toml:1:11", "[[waiver]], not an integer"},
    {"WaiverUnknownKey", std::string(kWaiver) + "expire = 1\n", "site.toml:7:1", "did you mean 'expires'?"},
    {"WaiverWithoutOwner",
     "\n[[waiver]]\ncheck = 'nofile_covers_maxconn'\nsubject = 's'\nreason = 'r'\nexpires = 2027-01-31\n",
     "site.toml:2:1", "this waiver has no 'owner'"},
    {"WaiverWithoutExpires", "[[waiver]]\ncheck = 'nofile_covers_maxconn'\nsubject = 's'\nreason = 'r'\nowner = 'o'\n",
     "site.toml:1:1", "this waiver has no 'expires'"},
    {"WaiverUnknownCheck", waiver("'nofile_covers_maxcon'", "'s'", "'r'", "'o'", "2027-01-31"), "site.toml:2:9",
     "did you mean 'nofile_covers_maxconn'?"},
    {"WaiverEmptyReason", waiver("'nofile_covers_maxconn'", "'s'", "' \t'", "'o'", "2027-01-31"), "site.toml:4:10",
     "'reason' is empty; say it in words"},
    {"WaiverEmptyOwner", waiver("'nofile_covers_maxconn'", "'s'", "'r'", "''", "2027-01-31"), "site.toml:5:9",
     "'owner' is empty"},
    {"WaiverEmptySubject", waiver("'nofile_covers_maxconn'", "''", "'r'", "'o'", "2027-01-31"), "site.toml:3:11",
     "'subject' is empty"},
    {"WaiverReasonAsList", waiver("'nofile_covers_maxconn'", "'s'", "['r']", "'o'", "2027-01-31"), "site.toml:4:10",
     "'reason' must be a string, not an array"},
    {"DayThatIsNone", until("2027-02-30"), "site.toml:6:21", ""},
    {"QuotedDayThatIsNone", until("'2027-02-30'"), "site.toml:6:11", "'2027-02-30' is no day of the calendar"},
    {"QuotedLeapDayOfAnotherYear", until("'2027-02-29'"), "site.toml:6:11", "no day of the calendar"},
    {"QuotedDayInWords", until("'next year'"), "site.toml:6:11", "write 2027-01-31"},
    {"DayWithTime", until("2027-01-31T00:00:00Z"), "site.toml:6:11", "must be a date, 2027-01-31, not a date and time"},
    {"DayAsNumber", until("20270131"), "site.toml:6:11", "not an integer"},
    {"SameWaiverTwice", std::string(kWaiver) + kWaiver, "site.toml:7:1",
     "waives 'instance:*' of nofile_covers_maxconn a second time; it is at site.toml:1:1 already"},
    {"SameKeyTwice", "[assume]\nmaxconn = 1\nmaxconn = 2\n", "site.toml:3:11", ""},
    {"ThreeBrackets", "[[[waiver]]]\n", "site.toml:1:3", ""},
    {"BracketsWithoutKey", "[[=\n", "site.toml:1:3", ""},
    {"BareKeyBeyondAscii", "[caf\u00e9]\n", "site.toml:1:5", ""},
    {"NotToml", "[check\n", "site.toml:1:7", ""},
    {"InvalidUtf8", "[assume]\nmaxconn = \xff\xfe\n", "site.toml:2:10", ""},
    {"Nul", std::string("[assume]\n\0maxconn = 1\n", 22), "site.toml:2:1", ""},
};
INSTANTIATE_TEST_SUITE_P(Corpus, PolicyFileRefuses, testing::ValuesIn(kRefused),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(PolicyFile, ADuplicateWaiverInAnotherFileNamesBothPlaces) {
  const auto policy = load({{"a.toml", kWaiver}, {"b.toml", std::string("\n\n") + kWaiver}});
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().object, "b.toml:3:1");
  EXPECT_THAT(policy.error().reason, HasSubstr("a.toml:1:1"));
}

TEST(PolicyFile, LettersBeyondAsciiAreText) {
  for (const char* reason : {"'\u00e9t\u00e9 \u4e2d'", "\"\"\"a \\\n  \u00e9t\u00e9 \u4e2d\"\"\""}) {
    const auto policy = load(waiver("'nofile_covers_maxconn'", "'s'", reason, "'o'", "2027-01-31"));
    ASSERT_TRUE(policy) << describe(policy.error());
    EXPECT_THAT(policy->waivers.front().reason, HasSubstr("\u00e9t\u00e9 \u4e2d"));
  }
}

TEST(PolicyFile, HostileNamesAreShownPrintableAndCut) {
  const auto escaped = load("[check.\"\\u001b[31mred\\u202e\"]\n");
  ASSERT_FALSE(escaped);
  EXPECT_THAT(escaped.error().reason, Not(HasSubstr("\x1b")));
  EXPECT_THAT(escaped.error().reason, HasSubstr("[31mred"));
  const auto path = load({{"a\x1b[2J.toml", "x = 1"}});
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().object, Not(HasSubstr("\x1b")));
  for (const std::string& content :
       {std::string(100'000, 'k') + " = 1", "a = 1\n" + std::string(100'000, 'k') + " = " + std::string(1000, '}')}) {
    const auto longest = load(content);
    ASSERT_FALSE(longest);
    EXPECT_LT(longest.error().reason.size(), 500U);
  }
}

TEST(PolicyFile, TooLargeIsRefusedUnread) {
  const std::string fits = "#" + std::string(kPolicyLimit - 1, ' ');
  EXPECT_TRUE(load(fits));
  const auto policy = load(fits + ' ');
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().code, std::errc::file_too_large);
  EXPECT_EQ(policy.error().object, "site.toml");
}

TEST(PolicyFile, TooDeepIsRefusedWhateverMakesTheDepth) {
  const auto repeat = [](const std::string& piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += piece;
    return text;
  };
  const std::size_t many = 300'000;
  for (const std::string& content : {
           "a = " + std::string(many, '['),
           "a = " + repeat("{a=", many),
           "a = " + repeat("[{a=", many / 2),
           repeat("a.", many) + "a = 1",
           "[" + repeat("a.", many) + "a]",
           "[[" + repeat("\"a\" . ", many / 6) + "a]]",
           R"(a = ["""x"""", )" + std::string(many, '['),
           R"(a = ["\"", ''''x'''', )" + std::string(many, '['),
       }) {
    const auto policy = load(content);
    ASSERT_FALSE(policy) << content.substr(0, 20);
    EXPECT_THAT(policy.error().reason, HasSubstr("nested deeper than 16 levels")) << content.substr(0, 20);
  }
}

TEST(PolicyFile, BracketsAndDotsInTextAndCommentsAreNoDepth) {
  const std::string noise = "[[[[[[[[[[[[[[[[[[[[ {{{{{{{{{{{{{{{{{{{{ a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u";
  for (const std::string& reason :
       {"\"\\\" " + noise + "\"", "' " + noise + "'", "\"\"\"\n\"" + noise + "\n\"\"\"", "'''\n'" + noise + "\n'''"}) {
    const auto policy =
        load("# " + noise + "\n" + waiver("'nofile_covers_maxconn'", "'s'", reason, "'o'", "2027-01-31"));
    ASSERT_TRUE(policy) << describe(policy.error());
    EXPECT_THAT(policy->waivers.front().reason, HasSubstr(noise));
  }
}

TEST(PolicyFile, AMillionBytesOfKeysTakeNoTime) {
  std::string content = "[check.nofile_covers_maxconn]\n";
  for (int i = 0; content.size() < kPolicyLimit - 32; ++i) content += "k" + std::to_string(i) + "=1\n";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(load(content));
  std::string waivers;
  for (int i = 0; waivers.size() < kPolicyLimit - 256; ++i) {
    waivers += waiver("'nofile_covers_maxconn'", "'s" + std::to_string(i) + "'", "'r'", "'o'", "2027-01-31");
  }
  EXPECT_TRUE(load(waivers));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

/// Bytes replaced, cut out, doubled or spliced in from TOML's own vocabulary; the same sequence every time.
std::string mutated(std::string text, std::mt19937& random) {
  static const std::vector<std::string> kPieces{"[",   "]]",         "{",     "}",  "\"",   "\"\"\"", "'",
                                                "'''", "=",          ".",     ",",  "\n",   "\\",     "\\u0000",
                                                "#",   "2027-02-30", "1e400", "0x", "\xff", "nan",    "\r"};
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    const std::size_t at = below(text.size() + 1);
    switch (below(4)) {
      case 0:
        text.insert(at, kPieces[below(kPieces.size())]);
        break;
      case 1:
        text.erase(at, 1 + below(20));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size() + 1), 1 + below(40)));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
    }
  }
  return text;
}

TEST(PolicyFile, MutatedPoliciesAreReadOrRefusedWithAPlace) {
  const std::string seed =
      std::string("[check.nofile_covers_maxconn]\nwarn_percent = 90\nseverity = \"info\"\n[assume]\nmaxconn = 5\n") +
      kWaiver + std::string(builtin_policy().substr(0, 200));
  std::mt19937 random(20270131);  // NOLINT: the same inputs in every run are the point
  int read = 0;
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto policy = load(mutated(seed, random));
    ++(policy ? read : refused);
    if (policy) continue;
    EXPECT_THAT(policy.error().object, testing::MatchesRegex("site.toml:[0-9]+:[0-9]+"));
    EXPECT_FALSE(policy.error().reason.empty());
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 1000);
}

/// The examples of the built-in policy with their '#' taken away.
std::string with_examples(std::string_view text) {
  std::string active;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
    std::string_view line = text.substr(at, end - at + 1);
    if (line.size() > 2 && line[0] == '#' && line[1] != ' ') line.remove_prefix(1);
    active += line;
    at = end + 1;
  }
  return active;
}

TEST(PolicyFile, TheExamplesOfTheBuiltInPolicyAreValid) {
  if (find_check("somaxconn_covers_backlog") == nullptr) GTEST_SKIP() << "this build has no somaxconn_covers_backlog";
  const auto policy = load_policy({{"examples.toml", with_examples(builtin_policy())}});
  ASSERT_TRUE(policy) << describe(policy.error());
  EXPECT_EQ(policy->waivers.size(), 1U);
  EXPECT_TRUE(policy->assume.maxconn);
  EXPECT_FALSE(policy->checks.empty());
}

}  // namespace
}  // namespace preflight
