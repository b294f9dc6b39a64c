// SPDX-License-Identifier: Apache-2.0
// The second expansion, of addresses only: `bind ${IP}:80` works without quotes, and `bind ${NOPE}:80` listens on all
// addresses.
#include "probes/haproxy/environment.h"

#include "probes/haproxy/characters.h"

namespace preflight::haproxy {
namespace {

/// The name that follows a '$' and the length of the whole reference, '$' and braces included.
struct Reference {
  std::string_view name;
  std::size_t length = 0;
};

Reference reference_at(std::string_view text) {
  const bool braced = text.size() > 1 && text[1] == '{';
  const std::size_t begin = braced ? 2 : 1;
  std::size_t end = begin;
  while (end < text.size() && (is_alnum(text[end]) || text[end] == '_')) ++end;
  // haproxy drops a closing brace only when it directly follows the name
  const bool closed = braced && end < text.size() && text[end] == '}';
  return {text.substr(begin, end - begin), closed ? end + 1 : end};
}

/// Takes over the variable of that name, where there is one and it may be passed on.
void take(std::string_view name, const Environment& environment, Environment& taken) {
  const auto found = environment.find(name);
  if (found != environment.end() && name.substr(0, 3) != "LD_") taken.insert(*found);
}

}  // namespace

Environment named_variables(std::string_view configuration, const Environment& environment) {
  constexpr std::string_view kDefined = "defined(";
  Environment taken;
  for (auto at = configuration.find('$'); at != std::string_view::npos; at = configuration.find('$', at + 1)) {
    take(reference_at(configuration.substr(at)).name, environment, taken);
  }
  for (auto at = configuration.find(kDefined); at != std::string_view::npos; at = configuration.find(kDefined, at)) {
    at += kDefined.size();
    take(configuration.substr(at, configuration.find(')', at) - at), environment, taken);
  }
  return taken;
}

ExpandedAddress expand_address(std::string_view text, const Environment& environment) {
  ExpandedAddress result;
  std::size_t added = 0;
  for (std::size_t dollar = text.find('$'); dollar != std::string_view::npos; dollar = text.find('$')) {
    result.text += text.substr(0, dollar);
    text.remove_prefix(dollar);
    const Reference reference = reference_at(text);
    const auto found = environment.find(reference.name);
    if (found == environment.end()) {
      if (result.unset.size() < 8) result.unset.emplace_back(reference.name.substr(0, 64));
    } else {
      added += found->second.size();
      if (added > kExpansionLimit) break;
      result.text += found->second;
    }
    text.remove_prefix(reference.length);
  }
  result.text += text;
  return result;
}

}  // namespace preflight::haproxy
