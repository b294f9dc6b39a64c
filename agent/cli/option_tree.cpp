// SPDX-License-Identifier: Apache-2.0
// Finding one's way in the tables of the command line.
#include "agent/cli/option_tree.h"

#include <algorithm>
#include <iterator>

namespace preflight::cli {
namespace {

template <typename Specs, typename Wanted>
auto find_where(const Specs& specs, Wanted wanted) {
  const auto at = std::find_if(std::begin(specs), std::end(specs), wanted);
  return at == std::end(specs) ? nullptr : &*at;
}

}  // namespace

std::string_view title(Heading heading) {
  switch (heading) {
    case Heading::look:
      return "What to look at";
    case Heading::judge:
      return "How to judge";
    case Heading::change:
      return "How to change";
    case Heading::print:
      return "What to print";
    case Heading::other:
      break;
  }
  return "Other";
}

const OptionSpec& spec_of(Option option) { return option_specs()[static_cast<std::size_t>(option)]; }
const VerbSpec& spec_of(Verb verb) { return verb_specs()[static_cast<std::size_t>(verb)]; }

const OptionSpec* find_option(std::string_view name) {
  return find_where(option_specs(), [&](const OptionSpec& spec) { return spec.name == name; });
}

const OptionSpec* find_option(char letter) {
  return find_where(option_specs(), [&](const OptionSpec& spec) { return letter != 0 && spec.letter == letter; });
}

const VerbSpec* find_verb(std::string_view name) {
  return find_where(verb_specs(), [&](const VerbSpec& spec) { return spec.name == name; });
}

}  // namespace preflight::cli
