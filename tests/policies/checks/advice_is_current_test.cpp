// SPDX-License-Identifier: Apache-2.0
// What old guides recommend, by version, with what to write instead; and what haproxy itself says of it.
#include <array>
#include <fstream>

#include <gtest/gtest.h>

#include "probes/host/live_host.h"
#include "tests/support/scratch.h"
#include "tests/support/world.h"

namespace preflight::checks {
extern const Check advice_is_current;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::advice_is_current;

constexpr const char* kSubject = "config:/etc/haproxy/haproxy.cfg";

/// A line in a section of that kind, within a configuration that is valid without it.
std::string config_with(std::string_view section, const std::string& line) {
  std::string text = "global\n  maxconn 100\n";
  if (section == "global") text += "  " + line + "\n";
  if (section == "program") text += line + "\n  command /bin/true\n";
  text +=
      "defaults\n  mode http\n  timeout client 5s\n  timeout connect 5s\n  timeout server 5s\nfrontend f\n  bind "
      "127.0.0.1:18999\n";
  if (section == "frontend") text += "  " + line + "\n";
  text += "backend b\n";
  if (section == "backend") text += "  " + line + "\n";
  return text;
}

World with(std::string_view section, const std::string& line, haproxy::Version version = {2, 6, 12}) {
  World world;
  world.instance().binary->version = version;
  world.config(config_with(section, line));
  return world;
}

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), kSubject); }

TEST(AdviceIsCurrent, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "pass");
  EXPECT_EQ(worst(World().running().judge(kCheck)), "pass");
}

struct Row {
  const char* section;
  const char* line;
  haproxy::Version version;
  const char* expected;
};
class Advised : public ::testing::TestWithParam<Row> {};

constexpr haproxy::Version k24{2, 4, 22};
constexpr haproxy::Version k26{2, 6, 12};
constexpr haproxy::Version k28{2, 8, 0};
constexpr haproxy::Version k30{3, 0, 0};
constexpr haproxy::Version k32{3, 2, 0};
constexpr haproxy::Version k34{3, 4, 0};

constexpr auto kRows = std::to_array<Row>({Row{"global", "nbproc 4", k24, "info"},
                                           Row{"global", "nbproc 4", k26, "warning"},
                                           Row{"global", "tune.maxrxconn 5", k26, "warning"},
                                           Row{"global", "nice -5", k26, "warning"},
                                           Row{"global", "timeout client 5s", k26, "warning"},
                                           Row{"global", "ulimit-n 50000", k26, "info"},
                                           Row{"global", "stats bind-process 1", k24, "pass"},
                                           Row{"global", "stats bind-process 1", k26, "warning"},
                                           Row{"global", "stats bind-process 1", k32, "warning"},
                                           Row{"global", "stats timeout 5s", k32, "pass"},
                                           Row{"global", "master-worker", k32, "pass"},
                                           Row{"global", "master-worker", k34, "info"},
                                           Row{"backend", "maxconn 100", k26, "warning"},
                                           Row{"frontend", "maxconn 100", k26, "pass"},
                                           Row{"frontend", "fullconn 100", k26, "warning"},
                                           Row{"backend", "fullconn 100", k26, "pass"},
                                           Row{"program", "program p", k30, "pass"},
                                           Row{"program", "program p", k32, "warning"},
                                           Row{"program", "program p", k34, "warning"},
                                           Row{"frontend", "option forceclose", k26, "warning"},
                                           Row{"frontend", "option httpclose", k34, "pass"},
                                           Row{"backend", "option http-tunnel", k26, "warning"},
                                           Row{"frontend", "no option http-use-htx", k26, "warning"},
                                           Row{"backend", "option ssl-hello-chk", k26, "info"},
                                           Row{"backend", "option http_proxy", k24, "warning"},
                                           Row{"backend", "option http_proxy", k26, "warning"},
                                           Row{"backend", "dispatch 127.0.0.1:1", k26, "pass"},
                                           Row{"backend", "dispatch 127.0.0.1:1", k34, "info"},
                                           Row{"frontend", "option accept-invalid-http-request", k30, "pass"},
                                           Row{"frontend", "option accept-invalid-http-request", k32, "info"},
                                           Row{"frontend", "reqadd X-Forwarded-Proto:\\ https", k26, "warning"},
                                           Row{"frontend", "rspidel ^Server", k26, "warning"},
                                           Row{"backend", "contimeout 5000", k26, "warning"},
                                           Row{"backend", "timeout srvtimeout 5000", k26, "warning"},
                                           Row{"backend", "redispatch", k26, "warning"},
                                           Row{"backend", "option redispatch", k26, "pass"},
                                           Row{"frontend", "mode health", k26, "warning"},
                                           Row{"frontend", "grace 5s", k24, "info"},
                                           Row{"frontend", "grace 5s", k28, "warning"},
                                           Row{"frontend", "bind-process 1", k24, "pass"},
                                           Row{"frontend", "bind-process 1", k26, "warning"},
                                           Row{"backend", "http-check expect ver 1", k26, "warning"},
                                           Row{"backend", "http-check expect status 200-399", k26, "pass"}});

TEST_P(Advised, ByVersion) {
  const auto& row = GetParam();
  EXPECT_EQ(verdict(judged(with(row.section, row.line, row.version))), row.expected);
}
INSTANTIATE_TEST_SUITE_P(Rows, Advised, ::testing::ValuesIn(kRows));
/// What /usr/sbin/haproxy does with these arguments; nothing where it is not installed.
std::optional<CommandOutput> haproxy_says(std::vector<std::string> arguments) {
  auto pending = LiveHost().start({.path = "/usr/sbin/haproxy", .arguments = std::move(arguments)});
  if (!pending) return std::nullopt;
  const auto output = (*pending)->finish();
  EXPECT_TRUE(output) << describe(output.error());
  return output ? std::optional(*output) : std::nullopt;
}

TEST(AdviceIsCurrent, TheProgramAtHandRefusesWhatIsCalledRefused) {
  const auto about = haproxy_says({"-vv"});
  if (!about) GTEST_SKIP() << "haproxy is not installed";
  const auto binary = haproxy::parse_version_output("/usr/sbin/haproxy", about->out);
  ASSERT_TRUE(binary);
  const Scratch scratch;
  for (const Row& row : kRows) {
    if (row.section == std::string_view("program")) continue;  // a matter of -W too
    const auto path = scratch.file("h.cfg", config_with(row.section, row.line));
    const auto said = haproxy_says({"-c", "-f", path});
    ASSERT_TRUE(said);
    const auto why = detail_of(judged(with(row.section, row.line, binary->version))).why;
    const bool refused = why.find("is refused") != std::string::npos;
    EXPECT_EQ(said->status, refused ? 1 : 0) << row.line << '\n' << said->out;
  }
}

TEST(AdviceIsCurrent, ARefusalNamesTheFindingItFollowsFrom) {
  const auto refused = detail_of(judged(with("global", "nbproc 4")));
  ASSERT_TRUE(refused.consequence_of);
  EXPECT_EQ(refused.consequence_of->check, "config_is_valid");
  EXPECT_EQ(refused.consequence_of->subject.text, kSubject);
  EXPECT_NE(refused.why.find("nbthread"), std::string::npos) << refused.why;
  EXPECT_FALSE(detail_of(judged(with("global", "ulimit-n 50000"))).consequence_of);
}

TEST(AdviceIsCurrent, AProgramMayBeAskedForAllTheSame) {
  auto world = with("program", "program p", k32);
  world.config("global\n  expose-deprecated-directives\n" + config_with("program", "program p").substr(7));
  EXPECT_EQ(verdict(judged(world)), "pass");
  world.instance().binary->version = k34;
  EXPECT_EQ(verdict(judged(world)), "warning");
}

TEST(AdviceIsCurrent, OfAnUnknownVersionOnlyWhatHoldsInAll) {
  for (const auto& [line, expected] : {std::pair{"nice -5", "warning"}, {"nbproc 4", "pass"}}) {
    auto world = with("global", line);
    world.instance().binary = fail(std::errc::no_such_file_or_directory, "haproxy", "not installed");
    EXPECT_EQ(verdict(judged(world)), expected) << line;
  }
}

TEST(AdviceIsCurrent, TheWorstIsToldFirstAndTheRestCounted) {
  std::string lines = "ulimit-n 50000\n  nbproc 4";
  for (int i = 0; i < 20; ++i) lines += "\n  nice 5";
  const auto detail = detail_of(judged(with("global", lines)));
  EXPECT_EQ(detail.where.origin.line, 4U);
  ASSERT_EQ(detail.evidence.size(), 9U);
  EXPECT_EQ(detail.evidence.back(), "and 13 more");
}

TEST(AdviceIsCurrent, AConfigurationNobodyCouldReadIsUnknown) {
  EXPECT_EQ(verdict(judged(World().no_config())), "unknown");
}

}  // namespace
}  // namespace preflight::test
