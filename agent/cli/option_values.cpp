// SPDX-License-Identifier: Apache-2.0
// Words into values. An environment variable stands in for an option only for the verbs that have that option.
#include "agent/cli/option_values.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "agent/cli/times.h"
#include "policies/nearest.h"
#include "probes/base/text.h"
#include "remediations/remedy.h"

namespace preflight::cli {
namespace {

constexpr std::size_t kLongestName = 64;  // nothing longer is a mistyped name, and edit distance is quadratic

using Names = std::vector<std::string_view>;

std::string did_you_mean(std::string_view word, const Names& known, std::string_view dashes = "") {
  if (word.size() > kLongestName) return "";
  const auto name = nearest(word, known);
  return name.empty() ? "" : "; did you mean '" + std::string(dashes) + std::string(name) + "'?";
}

std::string joined(std::span<const std::string_view> names) {
  std::string list;
  for (const auto name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

/// Where a value came from, for the complaint about it.
struct Given {
  std::vector<std::string> values;
  std::string source;  // "option '--format'"
};

Given given(const Arguments& arguments, const OptionSpec& spec) {
  if (arguments.has(spec.option)) return {arguments.of(spec.option), "option '--" + std::string(spec.name) + "'"};
  if (spec.variable.empty()) return {};
  const std::string variable(spec.variable);
  const char* const value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') return {};
  return {{value}, "environment variable " + variable};
}

/// The place of the last given value among the choices; `standard` when nothing was given.
Understood<std::size_t> choose(const Given& from, const OptionSpec& spec, std::size_t standard) {
  if (from.values.empty()) return standard;
  const auto& word = from.values.back();
  const auto at = std::find(spec.choices.begin(), spec.choices.end(), word);
  if (at != spec.choices.end()) return static_cast<std::size_t>(at - spec.choices.begin());
  const auto hint = did_you_mean(word, Names(spec.choices.begin(), spec.choices.end()));
  return tl::make_unexpected(from.source + " does not know " + quoted(word) +
                             (hint.empty() ? " (" + joined(spec.choices) + ")" : hint));
}

/// `ids` may be named beside those of checks.
Understood<std::string> known_check(std::string_view id, Checks checks, Names ids = {}) {
  if (std::find(ids.begin(), ids.end(), id) != ids.end()) return std::string(id);
  for (const auto* const check : checks) {
    if (check->id == id) return std::string(id);
    ids.push_back(check->id);
  }
  return tl::make_unexpected("unknown check " + quoted(id) + did_you_mean(id, ids));
}

Names remedy_ids() {
  Names ids;
  for (const auto* const remedy : all_remedies()) ids.push_back(remedy->id);
  return ids;
}

/// `others` may be named beside checks.
Understood<std::vector<std::string>> check_ids(const Given& from, Checks checks, const Names& others) {
  std::vector<std::string> ids;
  for (const auto& list : from.values) {
    for (const auto piece : split(list, ',')) {
      auto id = known_check(trim(piece), checks, others);
      if (!id) return tl::make_unexpected(from.source + ": " + id.error());
      ids.push_back(std::move(*id));
    }
  }
  return ids;
}

/// Given several times, the pieces are one text.
Understood<WhatIf> understand_suppositions(const Given& from) {
  if (from.values.empty()) return WhatIf{};
  std::string text;
  for (const auto& piece : from.values) text += (text.empty() ? "" : ",") + piece;
  auto what_if = parse_what_if(text);
  if (!what_if) return tl::make_unexpected(from.source + ": " + what_if.error());
  return std::move(*what_if);
}

/// Reads one option after the other into `options` and keeps the first complaint.
class Reader {
 public:
  Reader(const VerbSpec& verb, const Arguments& arguments, Checks checks)
      : verb_(verb), arguments_(arguments), checks_(checks) {}

  [[nodiscard]] const std::optional<std::string>& complaint() const { return complaint_; }

  template <typename T>
  void choice(Option option, T& into, const std::vector<T>& meanings) {
    const auto& spec = spec_of(option);
    const auto at = static_cast<std::size_t>(std::find(meanings.begin(), meanings.end(), into) - meanings.begin());
    if (const auto chosen = keep(choose(from(option), spec, at))) into = meanings.at(*chosen);
  }
  std::optional<std::chrono::milliseconds> time(Option option, const Times& times) {
    const auto given = from(option);
    if (given.values.empty()) return std::nullopt;
    const auto time = parse_time(given.values.back(), times);
    if (time) return *time;
    (void)keep(Understood<int>(tl::make_unexpected(given.source + " takes a time " + std::string(times.words) +
                                                   ", not " + quoted(given.values.back()))));
    return std::nullopt;
  }
  void ids(Option option, std::vector<std::string>& into, const Names& others = {}) {
    if (auto list = keep(check_ids(from(option), checks_, others))) into = std::move(*list);
  }
  void topic(const std::string& word, std::string& into) {
    if (word.empty()) return;
    if (auto one = keep(known_check(word, checks_, {kLadderTopic}))) into = std::move(*one);
  }
  void settings(const std::vector<std::string>& words, std::vector<SettingName>& into) {
    for (const auto& word : words) {
      auto name = parse_setting_name(word, checks_);
      if (!name) {
        (void)keep(Understood<SettingName>(tl::make_unexpected(quoted(word) + " " + name.error())));
      } else if (std::find(into.begin(), into.end(), *name) == into.end()) {
        into.push_back(std::move(*name));
      }
    }
  }
  void suppositions(Option option, WhatIf& into) {
    if (auto what_if = keep(understand_suppositions(from(option)))) into = std::move(*what_if);
  }
  void all(Option option, std::vector<std::string>& into) const { into = from(option).values; }
  void last(Option option, std::string& into) const {
    auto values = from(option).values;
    if (!values.empty()) into = std::move(values.back());
  }

 private:
  [[nodiscard]] Given from(Option option) const {
    const auto& spec = spec_of(option);
    return spec.means_something_to(verb_.verb) ? given(arguments_, spec) : Given{};
  }
  template <typename T>
  std::optional<T> keep(Understood<T> understood) {
    if (understood) return std::move(*understood);
    if (!complaint_) complaint_ = std::move(understood.error());
    return std::nullopt;
  }

  const VerbSpec& verb_;
  const Arguments& arguments_;
  Checks checks_;
  std::optional<std::string> complaint_;
};

Understood<void> check_shell(const std::string& word) {
  const Names shells(std::begin(kShells), std::end(kShells));
  if (word.empty() || std::find(shells.begin(), shells.end(), word) != shells.end()) return {};
  return tl::make_unexpected("there is no completion for " + quoted(word) + ", only for " + joined(kShells));
}

}  // namespace

std::string quoted(std::string_view word) {
  constexpr std::size_t kShown = 48;
  auto shown = printable(word.substr(0, kShown));
  return "'" + shown + (word.size() > kShown ? "...'" : "'");
}

std::string unknown_option(std::string_view word) {
  const auto name = word.substr(0, word.find('='));
  Names names;
  for (const auto& spec : option_specs()) names.push_back(spec.name);
  const bool is_long = name.substr(0, 2) == "--";
  return "unknown option " + quoted(name) + (is_long ? did_you_mean(name.substr(2), names, "--") : "");
}

std::string unknown_verb(std::string_view word) {
  Names names;
  for (const auto& spec : verb_specs()) names.push_back(spec.name);
  return "unknown verb " + quoted(word) + did_you_mean(word, names);
}

Understood<Options> read_values(const VerbSpec& verb, const Arguments& arguments, Checks checks) {
  Options options;
  options.verb = verb.verb;
  Reader read(verb, arguments, checks);
  read.all(Option::config, options.configs);
  read.last(Option::instance, options.instance);
  read.last(Option::root, options.root);
  read.last(Option::from, options.bundle);
  options.sample = read.time(Option::sample, kSampleTimes);
  read.all(Option::policy, options.policies);
  read.ids(Option::only, options.only, remedy_ids());
  read.ids(Option::skip, options.skip);
  read.suppositions(Option::what_if, options.what_if);
  read.choice(Option::fail_on, options.fail_on, {Severity::error, Severity::warning, Severity::info});
  read.last(Option::output, options.output);
  read.choice(Option::format, options.format, {Format::text, Format::json, Format::script});
  read.choice(Option::color, options.color, {Color::automatic, Color::always, Color::never});
  options.quiet = arguments.has(Option::quiet);
  options.verbose = arguments.has(Option::verbose);
  options.yes = arguments.has(Option::yes);
  options.dry_run = arguments.has(Option::dry_run);
  options.allow_restart = arguments.has(Option::allow_restart);
  options.keep_edited = arguments.has(Option::keep_edited);
  options.confirm_within = std::chrono::duration_cast<std::chrono::seconds>(
      read.time(Option::confirm_within, kConfirmTimes).value_or(std::chrono::milliseconds(0)));
  options.wait = read.time(Option::wait, kWaitTimes).value_or(std::chrono::milliseconds(0));
  const std::string word = arguments.own.empty() ? "" : arguments.own.front();
  if (verb.verb == Verb::apply) options.plan = word;
  if (verb.verb == Verb::revert && !word.empty()) {
    const auto number = parse_integer(word);
    if (!number || *number < 1 || *number > std::int64_t{UINT32_MAX})
      return tl::make_unexpected(quoted(word) + " is no transaction: `lbpreflight history` lists them by number");
    options.transaction = static_cast<std::uint32_t>(*number);
  }
  if (verb.verb == Verb::why) read.settings(arguments.own, options.settings);
  if (verb.verb == Verb::explain) read.topic(word, options.topic);
  if (verb.verb == Verb::completion) {
    if (const auto shell = check_shell(word); !shell) return tl::make_unexpected(shell.error());
  }
  if (read.complaint()) return tl::make_unexpected(*read.complaint());
  return options;
}

}  // namespace preflight::cli
