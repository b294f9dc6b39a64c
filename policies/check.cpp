// SPDX-License-Identifier: Apache-2.0
// The words of a judgement: subjects are stable names that waivers, reports and remedies share.
#include "policies/check.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "probes/base/text.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

int badness(const Outcome& outcome) {
  return visit(
      outcome, [](const Fail& fail) { return 3 + static_cast<int>(fail.severity); }, [](const Unknown&) { return 2; },
      [](const Pass&) { return 1; }, [](const NotApplicable&) { return 0; });
}

/// The number a judgement expects at least; 0 for any other expectation.
std::int64_t asks_for(const Outcome& outcome) {
  const auto of = [](const Detail& detail) -> std::int64_t {
    if (!detail.expected || detail.expected->relation != Relation::at_least) return 0;
    const auto* number = std::get_if<std::int64_t>(&detail.expected->measure.value);
    return number == nullptr ? 0 : *number;
  };
  return visit(
      outcome, [&](const Pass& pass) { return of(pass.detail); }, [&](const Fail& fail) { return of(fail.detail); },
      [](const NotApplicable&) { return std::int64_t{0}; }, [](const Unknown&) { return std::int64_t{0}; });
}

}  // namespace

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
Subject config(const haproxy::InstanceFacts& instance) {
  const auto& paths = instance.command_line.configs;
  return config(paths.empty() ? instance.name : paths.front());
}
Subject interface(std::string_view name) { return named("interface", name); }
Subject proxy(std::string_view name) { return named("proxy", name); }
Subject file(std::string_view path) { return named("file", path); }
Subject socket(std::string_view path) { return named("socket", path); }
Subject log(std::string_view target) { return named("log", target); }
Subject boolean(std::string_view name) { return named("boolean", name); }
Subject host() { return Subject{"host"}; }

}  // namespace subject

Outcomes unread_instances(const Case& c) {
  Outcomes outcomes;
  for (const auto& instance : c.facts.instances) {
    if (c.demand.of(instance) != nullptr) continue;
    outcomes.push_back({subject::instance(instance.name), Unknown{instance.config.error()}});
  }
  return outcomes;
}

Outcomes worst_of_each_subject(Outcomes outcomes) {
  const auto before = [](const Judgement& a, const Judgement& b) {
    return std::tuple(std::string_view(a.subject.text), badness(b.outcome), asks_for(b.outcome)) <
           std::tuple(std::string_view(b.subject.text), badness(a.outcome), asks_for(a.outcome));
  };
  std::stable_sort(outcomes.begin(), outcomes.end(), before);
  const auto same = [](const Judgement& a, const Judgement& b) { return a.subject == b.subject; };
  outcomes.erase(std::unique(outcomes.begin(), outcomes.end(), same), outcomes.end());
  return outcomes;
}

Measure::Measure(std::int64_t number, std::string unit_name)
    : value(number), unit(std::move(unit_name)), text(grouped(number)) {
  if (!unit.empty()) text += ' ' + unit;
}

Measure::Measure(std::string words) : value(words), text(std::move(words)) {}

}  // namespace preflight
