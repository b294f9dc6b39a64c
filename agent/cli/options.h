// SPDX-License-Identifier: Apache-2.0
// The command line as a value. CLI11 is walled in by arguments.cpp; help, man page and completion come from one tree.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "agent/cli/setting_name.h"
#include "policies/catalog.h"
#include "policies/check.h"
#include "policies/what_if.h"

namespace preflight::cli {

enum class Verb : std::uint8_t {
  check,
  plan,
  apply,
  revert,
  recover,
  confirm,
  history,
  why,
  facts,
  record,
  explain,
  list,
  man,
  completion
};
enum class Format : std::uint8_t { text, json, script };
enum class Color : std::uint8_t { automatic, always, never };

/// The checks that --only, --skip and explain may name; tests hand in their own.
using Checks = std::span<const Check* const>;

struct Options {
  Verb verb = Verb::check;
  std::vector<std::string> configs;   // --config
  std::string instance;               // --instance
  std::vector<std::string> policies;  // --policy; empty: the standard places
  std::string root;                   // --root
  std::string bundle;                 // --from
  std::string output;                 // record -o, plan -o
  std::vector<std::string> only;
  std::vector<std::string> skip;
  WhatIf what_if;
  std::string topic;                           // explain: a check, "ladder", or empty for all
  std::vector<SettingName> settings;           // why
  std::string plan;                            // apply: a saved plan; empty: a new one
  std::optional<std::uint32_t> transaction{};  // revert; absent: the last one in force
  bool yes = false;
  bool dry_run = false;
  bool allow_restart = false;
  bool keep_edited = false;
  std::chrono::seconds confirm_within{};  // apply; 0: need not be confirmed
  std::chrono::milliseconds wait{};       // for another lbpreflight to end
  Format format = Format::text;
  Severity fail_on = Severity::error;
  Color color = Color::automatic;
  std::optional<std::chrono::milliseconds> sample{};  // absent: 2 s, and only where a running instance shows drops
  bool quiet = false;
  bool verbose = false;
};

/// What to do instead of running: print `text` on stdout when exit_code is 0 (help, version), else on stderr.
struct Stop {
  int exit_code = 0;
  std::string text;
};

/// Environment variables LBPREFLIGHT_POLICY, _CONFIG, _FORMAT and _FAIL_ON stand behind the arguments; an empty one
/// counts as unset. Every byte of an argument that a complaint repeats has been made printable.
[[nodiscard]] std::variant<Options, Stop> parse_options(int argc, const char* const* argv,
                                                        Checks checks = all_checks());

/// The mdoc(7) source of lbpreflight(8), made from the option tree and the catalog.
[[nodiscard]] std::string man_page(Checks checks = all_checks());

/// A bash completion script, made from the option tree and the catalog.
[[nodiscard]] std::string bash_completion(Checks checks = all_checks());

}  // namespace preflight::cli
