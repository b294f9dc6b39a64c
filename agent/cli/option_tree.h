// SPDX-License-Identifier: Apache-2.0
// The one declaration of the command line: parser, --help, man page and completion read these tables and no others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "agent/cli/options.h"

namespace preflight::cli {

/// Every option there is, in the order of the help.
enum class Option : std::uint8_t {
  config,
  instance,
  root,
  from,
  sample,
  policy,
  only,
  skip,
  what_if,
  fail_on,
  yes,
  dry_run,
  allow_restart,
  keep_edited,
  confirm_within,
  wait,
  output,
  format,
  color,
  quiet,
  verbose,
  help,
  version,
};
inline constexpr std::size_t kOptionCount = 23;

/// What an option's value is, as far as a shell can complete it.
enum class Value : std::uint8_t { none, path, directory, name, duration, check_ids, suppositions, choice };

/// The headings under which help and man page show the options.
enum class Heading : std::uint8_t { look, judge, change, print, other };
inline constexpr Heading kHeadings[] = {Heading::look, Heading::judge, Heading::change, Heading::print, Heading::other};
[[nodiscard]] std::string_view title(Heading heading);

/// The verbs an option means something to, one bit each.
using VerbSet = std::uint32_t;
[[nodiscard]] constexpr VerbSet bit(Verb verb) { return VerbSet{1} << static_cast<unsigned>(verb); }

// In the order a person writes one down; the bytes of padding in a table of sixteen are nothing.
struct OptionSpec {  // NOLINT(clang-analyzer-optin.performance.Padding)
  Option option{};
  std::string_view name;  // without the dashes
  char letter = 0;        // 0: none
  Heading heading{};
  VerbSet verbs = 0;
  Value value = Value::none;
  std::string_view placeholder{};  // of the value: "FILE|DIR"
  std::string_view help;
  std::span<const std::string_view> choices{};
  std::string_view variable{};  // the environment variable behind it
  bool repeatable = false;      // else the last one wins

  [[nodiscard]] constexpr bool means_something_to(Verb verb) const { return (verbs & bit(verb)) != 0; }
};

struct VerbSpec {
  Verb verb{};
  std::string_view name;
  std::string_view argument{};  // "[ID]", "KEY..."
  std::string_view summary;     // one line

  /// Whether it takes any number of arguments.
  [[nodiscard]] constexpr bool repeatable() const { return argument.find("...") != std::string_view::npos; }
};

struct Example {
  Verb verb{};
  std::string_view command;
  std::string_view meaning;
};

/// A name and what it stands for: exit codes, files, environment.
struct Entry {
  std::string_view name;
  std::string_view meaning;
};

/// Options that contradict each other.
struct Exclusion {
  Option first{};
  Option second{};
  std::string_view why;
};

[[nodiscard]] std::span<const OptionSpec> option_specs();
[[nodiscard]] std::span<const VerbSpec> verb_specs();
[[nodiscard]] std::span<const Example> examples();
[[nodiscard]] std::span<const Exclusion> exclusions();
[[nodiscard]] std::span<const Entry> exit_statuses();
[[nodiscard]] std::span<const Entry> files();

[[nodiscard]] const OptionSpec& spec_of(Option option);
[[nodiscard]] const VerbSpec& spec_of(Verb verb);
/// nullptr when there is none of that name (without dashes) or letter.
[[nodiscard]] const OptionSpec* find_option(std::string_view name);
[[nodiscard]] const OptionSpec* find_option(char letter);
[[nodiscard]] const VerbSpec* find_verb(std::string_view name);

/// What `explain` tells about beside the checks.
inline constexpr std::string_view kLadderTopic = "ladder";

/// What the completion's positional takes.
inline constexpr std::string_view kShells[] = {"bash"};

}  // namespace preflight::cli
