// SPDX-License-Identifier: Apache-2.0
// An environment variable without a value is nothing, without a word: `bind ${ADDRESS}:443` then listens on all
// addresses, a server's address becomes that of the client's request, and an empty word ends its line.
#include <algorithm>

#include "policies/check.h"

namespace preflight::checks {
namespace {

using haproxy::Gap;
using haproxy::InstanceFacts;
using haproxy::Remark;

constexpr Need kNeeds[] = {Need::unit};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual, section 2.3 (environment variables)",
                                            "systemd.exec(5), Environment= and EnvironmentFile="};
constexpr std::size_t kQuoted = 5;
constexpr std::string_view kOwn = "HAPROXY_";  // haproxy gives these to itself while it starts

/// Whether we know which variables haproxy has (or would be started with): of the running process, else of its unit
/// with all the files that it reads.
Result<void> environment_is_known(const InstanceFacts& instance, const Facts& facts) {
  if (const auto* head = instance.head(); head != nullptr) {
    if (!head->environment) return tl::make_unexpected(head->environment.error());
    return {};
  }
  if (!instance.unit) return tl::make_unexpected(instance.unit.error());
  for (const auto& file : instance.unit->environment_files) {
    for (const auto& blind : facts.blind_spots) {
      if (blind.object == file.path) return tl::make_unexpected(blind);
    }
  }
  return {};
}

std::vector<const Remark*> gaps_of(const haproxy::Config& config) {
  std::vector<const Remark*> gaps;
  for (const auto& remark : config.remarks) {
    if (remark.kind != haproxy::RemarkKind::unset_variable) continue;
    if (remark.variable.compare(0, kOwn.size(), kOwn) != 0) gaps.push_back(&remark);
  }
  const auto worse = [](const Remark* a, const Remark* b) { return a->gap > b->gap; };
  std::stable_sort(gaps.begin(), gaps.end(), worse);
  return gaps;
}

std::string_view consequence(Gap gap) {
  switch (gap) {
    case Gap::listener:
      return ": where nothing is left of an address, haproxy listens on all of them";
    case Gap::address:
      return ": haproxy connects to what is left of the address";
    case Gap::elsewhere:
      break;
  }
  return ": nothing stands in its place, and an empty word ends its line";
}

Outcome judge(const InstanceFacts& instance, const Facts& facts) {
  const auto& config = *instance.config;
  const auto gaps = gaps_of(config);
  if (gaps.empty() && config.remarks_dropped == 0) return Pass{};
  if (gaps.empty()) {
    return Unknown{{std::errc::value_too_large, "configuration", "there are more remarks on it than are kept"}};
  }
  if (const auto known = environment_is_known(instance, facts); !known) return Unknown{known.error()};
  const Remark& worst = *gaps.front();
  Detail detail;
  detail.observed = Measure(static_cast<std::int64_t>(gaps.size()), gaps.size() == 1 ? "gap" : "gaps");
  detail.why = "variable " + worst.variable + " has no value" + std::string(consequence(worst.gap));
  detail.where.origin = worst.origin;
  for (std::size_t i = 1; i < std::min(gaps.size(), kQuoted + 1); ++i) {
    detail.evidence.push_back(gaps[i]->origin.text() + ": " + gaps[i]->text);
  }
  if (gaps.size() > kQuoted + 1) {
    detail.evidence.push_back("and " + std::to_string(gaps.size() - kQuoted - 1) + " more");
  }
  return Fail{worst.gap == Gap::listener ? Severity::error : Severity::warning, std::move(detail)};
}

Outcomes evaluate(const Case& c) {
  return for_each_config(c, [&](const InstanceFacts& instance) { return judge(instance, c.facts); });
}

}  // namespace

extern constinit const Check variables_are_set{
    .id = "variables_are_set",
    .title = "Every environment variable that the configuration uses has a value",
    .rationale =
        "haproxy replaces a variable without a value by nothing and says so nowhere. In the address of a bind that "
        "opens to everybody what was meant for one network.",
    .advice =
        "Set the variable in the unit (Environment=, EnvironmentFile=) or with setenv, or give a default inside "
        "double quotes: \"${NAME-127.0.0.1}:80\".",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
