// SPDX-License-Identifier: Apache-2.0
// Words from a file are shown escaped and cut: a policy may come from anywhere, a terminal obeys control bytes.
#include "policies/refusal.h"

#include <map>
#include <utility>

#include "policies/nearest.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

std::string joined(std::span<const std::string_view> names) {
  std::string list;
  for (const auto name : names) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

std::string unknown(std::string_view kind, std::string_view name, std::string_view near, const std::string& otherwise) {
  std::string reason = "unknown " + std::string(kind) + " '" + shown(name) + "'; ";
  if (near.empty()) return reason + otherwise;
  return reason + "did you mean '" + std::string(near) + "'?";
}

}  // namespace

tl::unexpected<Error> refuse(const PolicyPlace& place, std::string reason) {
  return fail(std::errc::invalid_argument, to_string(place), std::move(reason));
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 96;
  if (text.size() <= kLongest) return printable(text);
  return printable(text.substr(0, kLongest)) + "...";
}

std::string unknown_name(std::string_view kind, std::string_view name, std::span<const std::string_view> names) {
  return unknown(kind, name, nearest(name, names), "known here: " + joined(names));
}

std::string unknown_check(std::string_view id, std::span<const Check* const> catalog) {
  return unknown("check", id, nearest_check(id, catalog), "`lbpreflight list` names them all");
}

Result<void> no_waiver_twice(const std::vector<Waiver>& waivers) {
  std::map<std::pair<std::string_view, std::string_view>, const Waiver*> seen;
  for (const Waiver& waiver : waivers) {
    const auto [first, fresh] = seen.try_emplace({waiver.check, waiver.subject}, &waiver);
    if (fresh) continue;
    return refuse(waiver.place, "waives '" + shown(waiver.subject) + "' of " + waiver.check +
                                    " a second time; it is at " + to_string(first->second->place) +
                                    " already, keep one");
  }
  return {};
}

}  // namespace preflight
