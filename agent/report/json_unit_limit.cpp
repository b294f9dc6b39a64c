// SPDX-License-Identifier: Apache-2.0
// Which line of which file decides a unit's limit of descriptors, and what became of all the others.
#include <array>

#include "agent/report/json_haproxy.h"

namespace preflight::json {
namespace {

// in the order of LimitFate
constexpr std::array<std::string_view, 4> kFates = {"decides", "overridden", "hidden", "ignored"};

Json line_of(const LimitLine& line) {
  return {{"file", line.file},
          {"line", line.line},
          {"text", line.text},
          {"fate", kFates.at(static_cast<std::size_t>(line.fate))},
          {"reason", optional_text(line.reason)}};
}

Json given_of(const Result<GivenLimit>& given) {
  if (!given) return absent(given.error());
  Json lines = Json::array();
  for (const auto& line : given->lines) lines.push_back(line_of(line));
  return {{"nofile", limits(given->limits)}, {"lines", std::move(lines)}};
}

}  // namespace

Json pam_limit(const PamLimit& limit) {
  return {{"file", limit.file},
          {"line", limit.line},
          {"domain", limit.domain},
          {"type", limit.type},
          {"value", limit.value}};
}

Json unit_limit(const Result<UnitLimit>& limit) {
  if (!limit) return absent(limit.error());
  return {{"id", limit->id},
          {"reloaded", given_of(limit->reloaded)},
          {"at_boot", given_of(limit->at_boot)},
          {"pam_name", optional_text(limit->pam_name)}};
}

}  // namespace preflight::json
