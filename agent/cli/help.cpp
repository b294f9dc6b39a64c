// SPDX-License-Identifier: Apache-2.0
// Help as a table of two columns: people read the left one to find, the right one to decide.
#include "agent/cli/help.h"

#include <algorithm>

#include "agent/paragraph.h"

namespace preflight::cli {
namespace {

constexpr std::size_t kOptionColumn = 26;

/// Left column, then the text wrapped behind it; a left side too wide has a line of its own.
std::string row(std::string left, std::string_view text, std::size_t column) {
  left.insert(0, "  ");
  auto right = paragraph(text, column);
  if (left.size() + 2 > column) return left + '\n' + right;
  return right.replace(0, left.size(), left);
}

std::string left_of(const OptionSpec& spec) {
  std::string left = spec.letter != 0 ? std::string("-") + spec.letter + ", " : "    ";
  left += "--" + std::string(spec.name);
  if (!spec.placeholder.empty()) left += " " + std::string(spec.placeholder);
  return left;
}

std::string options_of(Verb verb) {
  std::string text;
  for (const auto heading : kHeadings) {
    std::string rows;
    for (const auto& spec : option_specs()) {
      if (spec.heading == heading && spec.means_something_to(verb))
        rows += row(left_of(spec), spec.help, kOptionColumn);
    }
    if (!rows.empty()) text += "\n" + std::string(title(heading)) + ":\n" + rows;
  }
  return text;
}

std::string examples_of(Verb verb) {
  std::size_t column = 0;
  for (const auto& example : examples()) {
    if (example.verb == verb) column = std::max(column, example.command.size() + 4);
  }
  std::string text;
  for (const auto& example : examples()) {
    if (example.verb == verb) text += row(std::string(example.command), example.meaning, column);
  }
  return text;
}

bool has_variable(Verb verb) {
  const auto specs = option_specs();
  return std::any_of(specs.begin(), specs.end(),
                     [&](const OptionSpec& spec) { return spec.means_something_to(verb) && !spec.variable.empty(); });
}

std::string environment_of(Verb verb) {
  if (!has_variable(verb)) return "";
  std::string text;
  for (const auto& spec : option_specs()) {
    if (!spec.means_something_to(verb) || spec.variable.empty()) continue;
    text += (text.empty() ? "" : " ") + std::string(spec.variable);
  }
  if (spec_of(Option::color).means_something_to(verb)) text += " NO_COLOR";
  constexpr std::string_view kLabel = "\nEnvironment:";
  return paragraph(text, kLabel.size()).replace(0, kLabel.size() - 1, kLabel);
}

std::string exit_line() {
  return "\nExit status: 0 compliant, 1 findings, 2 wrong usage, 3 incomplete.\n"
         "The manual has the rest: lbpreflight(8), or 'lbpreflight man | man -l -'.\n";
}

}  // namespace

std::string help() {
  std::string text =
      "lbpreflight tells whether this host can carry its haproxy.cfg, and shows the\n"
      "arithmetic. Looking changes nothing; apply does, and revert brings it back.\n\n" +
      examples_of(Verb::check) + "\nUsage: lbpreflight [VERB] [OPTION]...\n\nVerbs:\n";
  for (const auto& verb : verb_specs()) {
    const auto name = std::string(verb.name) + (verb.argument.empty() ? "" : " " + std::string(verb.argument));
    text += row(name, verb.summary, kOptionColumn);
  }
  return text + options_of(Verb::check) + environment_of(Verb::check) + exit_line();
}

std::string help(Verb verb) {
  const auto& spec = spec_of(verb);
  const auto argument = spec.argument.empty() ? "" : " " + std::string(spec.argument);
  return "lbpreflight " + std::string(spec.name) + ": " + std::string(spec.summary) + "\n\n" + examples_of(verb) +
         "\nUsage: lbpreflight " + std::string(spec.name) + argument + " [OPTION]...\n" + options_of(verb) +
         environment_of(verb);
}

}  // namespace preflight::cli
