// SPDX-License-Identifier: Apache-2.0
// The declared checks as JSON; built from the declarations alone, as the page of `explain` is.
#include "agent/report/catalog_json.h"

#include <nlohmann/json.hpp>

namespace preflight {
namespace {

using Json = nlohmann::ordered_json;

Json texts(std::span<const std::string_view> list) {
  auto array = Json::array();
  for (const auto text : list) array.push_back(text);
  return array;
}

Json parameters(const Check& check) {
  auto array = Json::array();
  for (const auto& parameter : check.parameters) {
    array.push_back({{"name", parameter.name},
                     {"standard", parameter.standard},
                     {"least", parameter.least},
                     {"most", parameter.most},
                     {"meaning", parameter.meaning}});
  }
  return array;
}

Json entry(const Check& check) {
  return {{"id", check.id},
          {"title", check.title},
          {"rationale", check.rationale},
          {"advice", check.advice},
          {"severity", to_string(check.severity)},
          {"sysctls", texts(check.needs.sysctls)},
          {"references", texts(check.references)},
          {"since", check.since},
          {"parameters", parameters(check)},
          {"remedy", check.remedy.empty() ? Json(nullptr) : Json(check.remedy)}};
}

}  // namespace

std::string json_checks(std::span<const Check* const> checks) {
  auto list = Json::array();
  for (const auto* const check : checks) list.push_back(entry(*check));
  const Json document = {{"schema", "lbpreflight.checks/1"},
                         {"tool", {{"name", "lbpreflight"}, {"version", PREFLIGHT_VERSION}}},
                         {"checks", std::move(list)}};
  return document.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace preflight
