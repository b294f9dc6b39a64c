// SPDX-License-Identifier: Apache-2.0
// The wall around CLI11, which takes long to compile and whose exit codes (105, 106, 109) and messages stay in here.
#include "agent/cli/arguments.h"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>

#include "probes/base/text.h"

namespace preflight::cli {
namespace {

std::string flags_of(const OptionSpec& spec) {
  std::string flags = "--" + std::string(spec.name);
  if (spec.letter != 0) flags += std::string(",-") + spec.letter;
  return flags;
}

CLI::Option* declare(CLI::App& app, const OptionSpec& spec) {
  if (spec.value == Value::none) return app.add_flag(flags_of(spec));
  // One word each time: otherwise "--config a b" would swallow b, and "[a,b]" would be taken apart.
  return app.add_option(flags_of(spec), [](const CLI::results_t&) { return true; })
      ->type_size(1)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

Understood<Arguments> gather(const CLI::App& app, const std::vector<std::pair<const OptionSpec*, CLI::Option*>>& all) {
  Arguments found;
  for (const auto& [spec, option] : all) {
    auto values = option->results();
    const bool is_switch = spec->value == Value::none;
    const auto wrong = std::find_if(values.begin(), values.end(),
                                    [&](const auto& value) { return is_switch ? value != "true" : value.empty(); });
    if (wrong != values.end()) {
      if (!is_switch) return tl::make_unexpected(needs_value(*spec));
      return tl::make_unexpected("option '--" + std::string(spec->name) + "' takes no value");
    }
    found.given[static_cast<std::size_t>(spec->option)] = std::move(values);
  }
  found.strangers = app.remaining();
  found.strangers.erase(std::remove(found.strangers.begin(), found.strangers.end(), "--"), found.strangers.end());
  return found;
}

/// What nothing else took is the verb's, as much of it as the verb takes; what looks like an option stays strange.
void take_own(const VerbSpec& verb, Arguments& found) {
  const auto is_word = [](const std::string& word) { return word.empty() || word.front() != '-' || word == "-"; };
  auto& rest = found.strangers;
  const auto most = verb.argument.empty() ? 0 : verb.repeatable() ? rest.size() : 1;
  auto last = rest.begin();
  while (last != rest.end() && static_cast<std::size_t>(last - rest.begin()) < most && is_word(*last)) ++last;
  found.own.assign(std::make_move_iterator(rest.begin()), std::make_move_iterator(last));
  rest.erase(rest.begin(), last);
}

}  // namespace

std::string needs_value(const OptionSpec& spec) {
  return "option '--" + std::string(spec.name) + "' needs a value: " + std::string(spec.placeholder);
}

Understood<Arguments> sort_arguments(const VerbSpec& verb, std::vector<std::string> words) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::pair<const OptionSpec*, CLI::Option*>> declared;
  for (const auto& spec : option_specs()) {
    if (spec.means_something_to(verb.verb)) declared.emplace_back(&spec, declare(app, spec));
  }
  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    // Whatever is left after the first cut; our own sentences cover the known cases.
    return tl::make_unexpected(printable(error.what()));
  }
  auto found = gather(app, declared);
  if (found) take_own(verb, *found);
  return found;
}

}  // namespace preflight::cli
