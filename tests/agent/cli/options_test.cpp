// SPDX-License-Identifier: Apache-2.0
// What a command line means, and the exact line a person gets when it means nothing.
#include "agent/cli/options.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/cli/option_tree.h"
#include "tests/agent/cli/sample_checks.h"

namespace preflight::cli {
namespace {

using Words = std::vector<std::string>;
using std::chrono::milliseconds;

std::variant<Options, Stop> parse(const Words& words) {
  std::vector<const char*> argv{"lbpreflight"};
  for (const auto& word : words) argv.push_back(word.c_str());
  const int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  return parse_options(argc, argv.data(), test::kChecks);
}

std::string shown(const Words& words) {
  std::string text;
  for (const auto& word : words) text += "[" + word + "]";
  return text;
}

/// Keeps the caller's own LBPREFLIGHT_ variables out, and gives a test its own.
class Environment : public testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }
  static void clear() {
    for (const auto& spec : option_specs()) {
      if (!spec.variable.empty()) unsetenv(std::string(spec.variable).c_str());
    }
  }
};
using OptionsTest = Environment;

struct Valid {
  Words words;
  std::function<bool(const Options&)> holds;
};

TEST_F(OptionsTest, WhatIsUnderstood) {
  const std::vector<Valid> cases = {
      {{}, [](const Options& o) { return o.verb == Verb::check && o.format == Format::text && !o.sample; }},
      {{"check"}, [](const Options& o) { return o.verb == Verb::check && o.fail_on == Severity::error; }},
      {{"--format", "json"}, [](const Options& o) { return o.verb == Verb::check && o.format == Format::json; }},
      {{"--format=json", "facts"}, [](const Options& o) { return o.verb == Verb::facts && o.format == Format::json; }},
      {{"--format", "json", "facts"}, [](const Options& o) { return o.verb == Verb::facts; }},
      {{"-v", "--config", "facts", "facts"},
       [](const Options& o) { return o.verb == Verb::facts && o.verbose && o.configs == Words{"facts"}; }},
      {{"--config", "a b", "--config", "[c,d]"},
       [](const Options& o) {
         return o.configs == Words{"a b", "[c,d]"};
       }},
      {{"--config=-odd"}, [](const Options& o) { return o.configs == Words{"-odd"}; }},
      {{"--policy", "a", "--policy", "b"},
       [](const Options& o) {
         return o.policies == Words{"a", "b"};
       }},
      {{"--format", "json", "--format", "text"}, [](const Options& o) { return o.format == Format::text; }},
      {{"--root", "/mnt", "--instance", "x"}, [](const Options& o) { return o.root == "/mnt" && o.instance == "x"; }},
      {{"--from", "b.json"}, [](const Options& o) { return o.bundle == "b.json"; }},
      {{"record", "-o", "b", "-q"},
       [](const Options& o) { return o.verb == Verb::record && o.output == "b" && o.quiet; }},
      {{"-qo", "b", "record"}, [](const Options& o) { return o.verb == Verb::record && o.output == "b" && o.quiet; }},
      {{"record", "-ob"}, [](const Options& o) { return o.output == "b"; }},
      {{"--only", "nofile_covers_maxconn,somaxconn_covers_backlog"},
       [](const Options& o) { return o.only.size() == 2; }},
      {{"plan", "--only", "raise_sysctl"}, [](const Options& o) { return o.only.front() == "raise_sysctl"; }},
      {{"--skip", "nofile_covers_maxconn", "--skip", "somaxconn_covers_backlog"},
       [](const Options& o) { return o.skip.size() == 2 && o.only.empty(); }},
      {{"--what-if", "maxconn=200000,servers=+2"},
       [](const Options& o) {
         return o.what_if.text == "maxconn=200000,servers=+2" && o.what_if.suppositions.size() == 2;
       }},
      {{"--what-if=maxconn=+50%", "--what-if", "nofile=9"},
       [](const Options& o) { return o.what_if.text == "maxconn=+50%,nofile=9"; }},
      {{}, [](const Options& o) { return o.what_if.empty(); }},
      {{"--fail-on", "info"}, [](const Options& o) { return o.fail_on == Severity::info; }},
      {{"--color", "never"}, [](const Options& o) { return o.color == Color::never; }},
      {{"--sample", "0"}, [](const Options& o) { return o.sample == milliseconds{0}; }},
      {{"--sample", "500ms"}, [](const Options& o) { return o.sample == milliseconds{500}; }},
      {{"--sample", "60s"}, [](const Options& o) { return o.sample == milliseconds{60'000}; }},
      {{"explain"}, [](const Options& o) { return o.verb == Verb::explain && o.topic.empty(); }},
      {{"explain", "nofile_covers_maxconn", "--format", "json"},
       [](const Options& o) { return o.topic == "nofile_covers_maxconn" && o.format == Format::json; }},
      {{"explain", "ladder"}, [](const Options& o) { return o.topic == "ladder"; }},
      {{"explain", "--", "nofile_covers_maxconn"}, [](const Options& o) { return o.topic == "nofile_covers_maxconn"; }},
      {{"why", "net/core/somaxconn", "--root", "/mnt", "haproxy:LimitNOFILE", "net.core.somaxconn"},
       [](const Options& o) {
         return o.verb == Verb::why && o.root == "/mnt" && o.settings.size() == 2 &&
                o.settings[0].key == "net.core.somaxconn" && o.settings[1].unit == "haproxy.service";
       }},
      {{"why", "--", "vm.swappiness"}, [](const Options& o) { return o.settings.front().key == "vm.swappiness"; }},
      {{"list"}, [](const Options& o) { return o.verb == Verb::list; }},
      {{"man"}, [](const Options& o) { return o.verb == Verb::man; }},
      {{"completion"}, [](const Options& o) { return o.verb == Verb::completion; }},
      {{"completion", "bash"}, [](const Options& o) { return o.verb == Verb::completion; }},
  };
  for (const auto& [words, holds] : cases) {
    const auto parsed = parse(words);
    const auto* const options = std::get_if<Options>(&parsed);
    ASSERT_NE(options, nullptr) << shown(words) << ' ' << std::get<Stop>(parsed).text;
    EXPECT_TRUE(holds(*options)) << shown(words);
  }
}

struct Invalid {
  Words words;
  std::string sentence;
  std::string verb{};  // of the advice
};

TEST_F(OptionsTest, WhatIsNot) {
  const std::vector<Invalid> cases = {
      {{"chek"}, "unknown verb 'chek'; did you mean 'check'?"},
      {{"quux"}, "unknown verb 'quux'"},
      {{"--formt", "json"}, "unknown option '--formt'; did you mean '--format'?"},
      {{"check", "--formt=json"}, "unknown option '--formt'; did you mean '--format'?", "check"},
      {{"-x"}, "unknown option '-x'"},
      {{"check", "--", "-x"}, "unknown option '-x'", "check"},
      {{"--format"}, "option '--format' needs a value: FORMAT"},
      {{"--format="}, "option '--format' needs a value: FORMAT"},
      {{"--config", ""}, "option '--config' needs a value: FILE|DIR"},
      {{"--config", "--root", "/mnt"}, "option '--config' needs a value: FILE|DIR"},
      {{"check", "--config=", "--root", "/mnt"}, "option '--config' needs a value: FILE|DIR", "check"},
      {{"record", "-o"}, "option '--output' needs a value: FILE", "record"},
      {{"record"}, "'record' needs '--output FILE'", "record"},
      {{"--quiet=1"}, "option '--quiet' takes no value"},
      {{"--format", "xml"}, "option '--format' does not know 'xml' (text, json, script)"},
      {{"--format", "jsn"}, "option '--format' does not know 'jsn'; did you mean 'json'?"},
      {{"--fail-on", "warnings"}, "option '--fail-on' does not know 'warnings'; did you mean 'warning'?"},
      {{"list", "--sample", "2s"}, "option '--sample' means nothing to 'list'", "list"},
      {{"check", "-o", "x"}, "option '-o' means nothing to 'check'", "check"},
      {{"check", "facts"}, "'check' takes no argument 'facts'", "check"},
      {{"explain", "nofile_covers_maxconn", "more"}, "'explain' takes no argument 'more'", "explain"},
      {{"why"}, "'why' needs a KEY: a sysctl, or LimitNOFILE", "why"},
      {{"why", "somaxconn"}, "'somaxconn' is not the name of a sysctl; did you mean 'net.core.somaxconn'?", "why"},
      {{"why", "--", "-x"}, "unknown option '-x'", "why"},
      {{"why", "a.b", "--only", "nofile_covers_maxconn"}, "option '--only' means nothing to 'why'", "why"},
      {{"--root", "a", "--from", "b"},
       "options '--root' and '--from' exclude each other: a tree and a bundle are two hosts"},
      {{"--root", "a", "--sample", "2s"},
       "options '--root' and '--sample' exclude each other: a tree of files has no counters"},
      {{"-qv"}, "options '--quiet' and '--verbose' exclude each other: one asks for less, the other for more"},
      {{"--sample", "61s"}, "option '--sample' takes a time from 0 to 60s, such as 2s or 500ms, not '61s'"},
      {{"--sample", "5"}, "option '--sample' takes a time from 0 to 60s, such as 2s or 500ms, not '5'"},
      {{"--sample=-1s"}, "option '--sample' takes a time from 0 to 60s, such as 2s or 500ms, not '-1s'"},
      {{"--sample", "9223372036854775807s"},
       "option '--sample' takes a time from 0 to 60s, such as 2s or 500ms, not '9223372036854775807s'"},
      {{"--only", "somaxcon_covers_backlog"},
       "option '--only': unknown check 'somaxcon_covers_backlog'; did you mean 'somaxconn_covers_backlog'?"},
      {{"--skip", "nofile_covers_maxconn,"}, "option '--skip': unknown check ''"},
      {{"--what-if"}, "option '--what-if' needs a value: NAME=N,..."},
      {{"--what-if", "maxcon=1"}, "option '--what-if': nothing is called 'maxcon'; did you mean 'maxconn'?"},
      {{"--what-if", "maxconn=1", "--what-if", "maxconn=2"}, "option '--what-if': two values for 'maxconn'"},
      {{"check", "--what-if", "servers=2"},
       "option '--what-if': 'servers' takes +N or -N, N from 1 to 1000, not '2'",
       "check"},
      {{"facts", "--what-if", "maxconn=1"}, "option '--what-if' means nothing to 'facts'", "facts"},
      {{"explain", "lader"}, "unknown check 'lader'; did you mean 'ladder'?", "explain"},
      {{"explain", "nofile_covers_maxcon"},
       "unknown check 'nofile_covers_maxcon'; did you mean 'nofile_covers_maxconn'?",
       "explain"},
      {{"completion", "zsh"}, "there is no completion for 'zsh', only for bash", "completion"},
      {{"\x1b[31m\n"}, "unknown verb '\\x1B[31m\\x0A'"},
      {{"--\xff\xfe"}, "unknown option '--\\xFF\\xFE'"},
      {{std::string(100'000, 'x')}, "unknown verb '" + std::string(48, 'x') + "...'"},
  };
  for (const auto& [words, sentence, verb] : cases) {
    const auto parsed = parse(words);
    const auto* const stop = std::get_if<Stop>(&parsed);
    ASSERT_NE(stop, nullptr) << shown(words);
    EXPECT_EQ(stop->exit_code, 2) << shown(words);
    const auto advice = "try 'lbpreflight " + (verb.empty() ? "" : verb + " ") + "--help'\n";
    EXPECT_EQ(stop->text, "lbpreflight: " + sentence + "\n" + advice) << shown(words);
  }
}

TEST_F(OptionsTest, NoProgramNameIsRefused) {
  const char* const nothing[] = {nullptr};
  EXPECT_EQ(std::get<Stop>(parse_options(0, nothing, test::kChecks)).exit_code, 2);
  EXPECT_EQ(std::get<Stop>(parse_options(0, nullptr, test::kChecks)).exit_code, 2);
}

TEST_F(OptionsTest, HelpAndVersionEndWell) {
  for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"list", "--help"}, Words{"-vh", "--root", "a"}}) {
    const auto stop = std::get<Stop>(parse(words));
    EXPECT_EQ(stop.exit_code, 0) << shown(words);
    EXPECT_NE(stop.text.find("Usage: lbpreflight"), std::string::npos) << shown(words);
  }
  const auto version = std::get<Stop>(parse({"--version"}));
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_EQ(version.text.rfind("lbpreflight ", 0), 0U);
  EXPECT_EQ(version.text.find('\n'), version.text.size() - 1);
}

TEST_F(OptionsTest, TheEnvironmentStandsBehindTheArguments) {
  setenv("LBPREFLIGHT_FORMAT", "json", 1);
  setenv("LBPREFLIGHT_FAIL_ON", "warning", 1);
  setenv("LBPREFLIGHT_CONFIG", "/etc/haproxy/new.cfg", 1);
  setenv("LBPREFLIGHT_POLICY", "/etc/site.toml", 1);
  const auto options = std::get<Options>(parse({}));
  EXPECT_EQ(options.format, Format::json);
  EXPECT_EQ(options.fail_on, Severity::warning);
  EXPECT_EQ(options.configs, Words{"/etc/haproxy/new.cfg"});
  EXPECT_EQ(options.policies, Words{"/etc/site.toml"});
  const auto given = std::get<Options>(parse({"--format", "text", "--config", "mine.cfg"}));
  EXPECT_EQ(given.format, Format::text);
  EXPECT_EQ(given.configs, Words{"mine.cfg"});
}

TEST_F(OptionsTest, AnEmptyVariableCountsAsUnset) {
  setenv("LBPREFLIGHT_FORMAT", "", 1);
  setenv("LBPREFLIGHT_CONFIG", "", 1);
  const auto options = std::get<Options>(parse({}));
  EXPECT_EQ(options.format, Format::text);
  EXPECT_TRUE(options.configs.empty());
}

TEST_F(OptionsTest, ABadVariableIsNamed) {
  setenv("LBPREFLIGHT_FAIL_ON", "fatal\x1b", 1);
  const auto stop = std::get<Stop>(parse({}));
  EXPECT_EQ(stop.exit_code, 2);
  EXPECT_EQ(stop.text.substr(0, stop.text.find('\n')),
            "lbpreflight: environment variable LBPREFLIGHT_FAIL_ON does not know 'fatal\\x1B' (error, warning, info)");
  // A verb without the option has no use for the variable.
  EXPECT_TRUE(std::holds_alternative<Options>(parse({"list"})));
}

TEST(OptionTree, IsInTheOrderOfItsEnumerations) {
  for (std::size_t i = 0; i < option_specs().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(option_specs()[i].option), i) << option_specs()[i].name;
  }
  for (std::size_t i = 0; i < verb_specs().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(verb_specs()[i].verb), i) << verb_specs()[i].name;
  }
}

TEST(OptionTree, EveryVerbHasAnExampleAndEveryChoiceItsList) {
  for (const auto& verb : verb_specs()) {
    const auto list = examples();
    EXPECT_TRUE(std::any_of(list.begin(), list.end(), [&](const Example& e) { return e.verb == verb.verb; }))
        << verb.name;
  }
  for (const auto& spec : option_specs()) {
    EXPECT_EQ(spec.value == Value::choice, !spec.choices.empty()) << spec.name;
    EXPECT_EQ(spec.value == Value::none, spec.placeholder.empty()) << spec.name;
  }
}

}  // namespace
}  // namespace preflight::cli
