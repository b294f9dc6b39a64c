// SPDX-License-Identifier: Apache-2.0
// The declared checks as JSON; built from the declarations alone, as the page of `explain` is.
#include "agent/report/catalog_json.h"

#include <nlohmann/json.hpp>

#include "policies/ladder.h"
#include "policies/what_if.h"

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

Json limits() {
  auto array = Json::array();
  for (const auto& spec : limit_specs()) {
    array.push_back({{"name", spec.name},
                     {"kind", to_string(spec.kind)},
                     {"bounds", spec.bounds},
                     {"arithmetic", spec.arithmetic},
                     {"then", spec.then},
                     {"reference", spec.reference}});
  }
  return array;
}

Json suppositions() {
  auto array = Json::array();
  for (const auto& spec : supposition_specs()) {
    array.push_back({{"name", spec.name}, {"takes", spec.takes}, {"meaning", spec.meaning}});
  }
  return array;
}

std::string text_of(std::string_view schema, std::string_view name, Json list, const Json& more = Json::object()) {
  Json document = {{"schema", schema}, {"tool", {{"name", "lbpreflight"}, {"version", PREFLIGHT_VERSION}}}};
  document[std::string(name)] = std::move(list);
  document.update(more);
  return document.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string json_checks(std::span<const Check* const> checks) {
  auto list = Json::array();
  for (const auto* const check : checks) list.push_back(entry(*check));
  return text_of("lbpreflight.checks/1", "checks", std::move(list));
}

std::string json_limits() { return text_of("lbpreflight.limits/1", "limits", limits(), {{"what_if", suppositions()}}); }

}  // namespace preflight
