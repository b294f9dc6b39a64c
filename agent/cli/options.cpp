// SPDX-License-Identifier: Apache-2.0
// From argv to Options: the first bare word is the verb, and a complaint names the nearest thing that would be right.
#include "agent/cli/options.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/cli/arguments.h"
#include "agent/cli/help.h"
#include "agent/cli/option_tree.h"
#include "agent/cli/option_values.h"

namespace preflight::cli {
namespace {

/// argv, cut into the verb and everything else.
struct CommandLine {
  const VerbSpec* verb = nullptr;  // nullptr: none was written
  std::vector<std::string> words;
  std::string complaint;
};

Stop complain(const VerbSpec* verb, const std::string& sentence) {
  const std::string where = verb == nullptr ? "" : std::string(verb->name) + ' ';
  return {2, "lbpreflight: " + sentence + "\ntry 'lbpreflight " + where + "--help'\n"};
}

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

/// The option whose value is still to come after `word` ("--format", "-qo"); nullptr when there is none.
Understood<const OptionSpec*> awaits_value(std::string_view word) {
  const OptionSpec* spec = nullptr;
  if (word.substr(0, 2) == "--") {
    const auto equals = word.find('=');
    spec = find_option(word.substr(2, equals - 2));
    if (spec == nullptr) return tl::make_unexpected(unknown_option(word));
    // CLI11 would take the next word for the value of "--format=".
    if (equals + 1 == word.size()) return tl::make_unexpected(needs_value(*spec));
    return spec->value != Value::none && equals == std::string_view::npos ? spec : nullptr;
  }
  for (std::size_t i = 1; i < word.size(); ++i) {
    spec = find_option(word[i]);
    if (spec == nullptr) return tl::make_unexpected(unknown_option(word));
    if (spec->value != Value::none) return i + 1 == word.size() ? spec : nullptr;
  }
  return nullptr;
}

/// Options may stand on both sides of the verb, so their values must not be mistaken for it; and "--config --root x" is
/// a forgotten value, not a file of that name.
CommandLine cut(std::span<const char* const> arguments) {
  CommandLine line;
  const std::vector<std::string> words(arguments.begin(), arguments.end());
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      line.words.insert(line.words.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      return line;
    }
    if (is_option(words[i]) || line.verb != nullptr) line.words.push_back(words[i]);
    if (is_option(words[i])) {
      const auto option = awaits_value(words[i]);
      if (!option) {
        line.complaint = option.error();
      } else if (*option != nullptr && (i + 1 == words.size() || is_option(words[i + 1]))) {
        line.complaint = needs_value(**option);
      } else if (*option != nullptr) {
        line.words.push_back(words[++i]);
      }
    } else if (line.verb == nullptr && (line.verb = find_verb(words[i])) == nullptr) {
      line.complaint = unknown_verb(words[i]);
    }
    if (!line.complaint.empty()) return line;
  }
  return line;
}

std::string refuse_stranger(const VerbSpec& verb, const std::string& word) {
  if (word.size() < 2 || word.front() != '-') {
    return "'" + std::string(verb.name) + "' takes no argument " + quoted(word);
  }
  const auto name = word.substr(0, 2) == "--" ? word.substr(0, word.find('=')) : word.substr(0, 2);
  const auto* const spec =
      name.substr(0, 2) == "--" ? find_option(std::string_view(name).substr(2)) : find_option(name[1]);
  if (spec == nullptr) return unknown_option(word);
  return "option " + quoted(name) + " means nothing to '" + std::string(verb.name) + "'";
}

std::optional<std::string> contradiction(const Arguments& arguments) {
  for (const auto& pair : exclusions()) {
    if (!arguments.has(pair.first) || !arguments.has(pair.second)) continue;
    return "options '--" + std::string(spec_of(pair.first).name) + "' and '--" +
           std::string(spec_of(pair.second).name) + "' exclude each other: " + std::string(pair.why);
  }
  return std::nullopt;
}

Understood<Options> understand(const VerbSpec& verb, const Arguments& arguments, Checks checks) {
  if (!arguments.strangers.empty()) return tl::make_unexpected(refuse_stranger(verb, arguments.strangers.front()));
  if (const auto sentence = contradiction(arguments)) return tl::make_unexpected(*sentence);
  auto options = read_values(verb, arguments, checks);
  if (options && verb.verb == Verb::record && options->output.empty()) {
    return tl::make_unexpected(std::string("'record' needs '--output FILE'"));
  }
  if (options && options->format == Format::script && verb.verb != Verb::plan) {
    return tl::make_unexpected(std::string("only 'plan' can be written as a script"));
  }
  if (options && verb.verb == Verb::why && options->settings.empty()) {
    return tl::make_unexpected("'why' needs a KEY: a sysctl, or " + std::string(kOpenFiles));
  }
  return options;
}

}  // namespace

std::variant<Options, Stop> parse_options(int argc, const char* const* argv, Checks checks) {
  if (argc < 1 || argv == nullptr) return complain(nullptr, "started without even a program name");
  const auto line = cut({argv + 1, static_cast<std::size_t>(argc - 1)});
  if (!line.complaint.empty()) return complain(line.verb, line.complaint);
  const auto& verb = line.verb == nullptr ? spec_of(Verb::check) : *line.verb;
  const auto arguments = sort_arguments(verb, line.words);
  if (!arguments) return complain(line.verb, arguments.error());
  if (arguments->has(Option::help)) return Stop{0, line.verb == nullptr ? help() : help(verb.verb)};
  if (arguments->has(Option::version)) return Stop{0, "lbpreflight " PREFLIGHT_VERSION "\n"};
  auto options = understand(verb, *arguments, checks);
  if (!options) return complain(line.verb, options.error());
  return std::move(*options);
}

}  // namespace preflight::cli
