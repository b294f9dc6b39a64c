// SPDX-License-Identifier: Apache-2.0
// The words of a judgement: subjects are stable names that waivers, reports and remedies share.
#include "policies/check.h"

#include "probes/base/text.h"

namespace preflight {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::info:
      break;
  }
  return "info";
}

namespace subject {
namespace {

Subject named(std::string_view kind, std::string_view name) {
  std::string text(kind);
  text += ':';
  text += name;
  return Subject{std::move(text)};
}

Subject named(std::string_view kind, std::string_view name, std::string_view joint, std::string_view other) {
  Subject whole = named(kind, name);
  whole.text += joint;
  whole.text += other;
  return whole;
}

}  // namespace

Subject sysctl(std::string_view key) { return named("sysctl", key); }
Subject unit(std::string_view name) { return named("unit", name); }
Subject bind(std::string_view protocol, std::string_view endpoint) { return named("bind", protocol, "/", endpoint); }
Subject tuple(std::string_view source, std::string_view destination) {
  return named("tuple", source, ">", destination);
}
Subject instance(std::string_view name) { return named("instance", name); }
Subject config(std::string_view path) { return named("config", path); }
Subject host() { return Subject{"host"}; }

}  // namespace subject

Measure::Measure(std::int64_t number, std::string unit_name)
    : value(number), unit(std::move(unit_name)), text(grouped(number)) {
  if (!unit.empty()) text += ' ' + unit;
}

Measure::Measure(std::string words) : value(words), text(std::move(words)) {}

}  // namespace preflight
