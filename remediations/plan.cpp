// SPDX-License-Identifier: Apache-2.0
// The names of a plan's parts, and how two sets of grounds differ.
#include "remediations/plan.h"

#include "probes/base/text.h"

namespace preflight {
namespace {

std::string shown(const std::string& value) { return value.empty() ? "nothing" : printable(value); }

}  // namespace

std::string_view to_string(Effective effective) {
  switch (effective) {
    case Effective::at_once:
      return "at once";
    case Effective::reload:
      return "after a reload";
    case Effective::restart:
      break;
  }
  return "after a restart";
}

std::string_view to_string(Tier tier) {
  switch (tier) {
    case Tier::safe:
      return "safe";
    case Tier::disruptive:
      return "disruptive";
    case Tier::display_only:
      break;
  }
  return "display-only";
}

std::string_view to_string(Outlook outlook) {
  switch (outlook) {
    case Outlook::resolved:
      return "resolved";
    case Outlook::pending_reload:
      return "pending reload";
    case Outlook::pending_restart:
      break;
  }
  return "pending restart";
}

Changes Plan::changes() const {
  Changes list;
  for (const auto& step : steps) list.push_back(step.change);
  return list;
}

std::vector<std::string> stale_grounds(const Grounds& planned, const Grounds& now) {
  std::vector<std::string> stale;
  for (const auto& [name, value] : planned) {
    const auto found = now.find(name);
    if (found == now.end()) {
      stale.push_back(printable(name) + " was " + shown(value) + " when planned, and is not there now");
    } else if (found->second != value) {
      stale.push_back(printable(name) + " was " + shown(value) + " when planned, and is " + shown(found->second) +
                      " now");
    }
  }
  for (const auto& [name, value] : now) {
    if (!planned.contains(name)) stale.push_back(printable(name) + " is " + shown(value) + " now, and was not there");
  }
  return stale;
}

}  // namespace preflight
