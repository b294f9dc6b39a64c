// SPDX-License-Identifier: Apache-2.0
// What remedies share.
#include "remediations/remedy.h"

#include <algorithm>

namespace preflight {

const Remedy* find_remedy(std::string_view id) {
  const auto all = all_remedies();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Remedy* one) { return one->id == id; });
  return found == all.end() ? nullptr : *found;
}

bool cures(const Remedy& remedy, const Check& check) {
  for (const auto* one = find_remedy(check.remedy); one != nullptr; one = find_remedy(one->otherwise)) {
    if (one == &remedy) return true;
  }
  return false;
}

tl::unexpected<Error> for_a_person(const std::string& about, const std::string& sentence) {
  return fail(std::errc::operation_not_supported, about, sentence);
}

bool is_for_a_person(const Error& error) { return error.code == std::errc::operation_not_supported; }

Result<Aims> restarts_of(const CheckResult& finding, const Facts& facts) {
  const bool names_one = finding.subject.text.starts_with("instance:");
  Aims aims;
  for (const auto& instance : facts.instances) {
    const bool meant = !names_one || finding.subject == subject::instance(instance.name);
    if (meant && instance.running() && instance.unit) aims.emplace_back(RestartAim{instance.unit->name});
  }
  if (aims.empty()) return for_a_person(finding.subject.text, "restart haproxy where it was started");
  return aims;
}

std::string_view key_of(const Subject& subject) {
  constexpr std::string_view kKind = "sysctl:";
  const std::string_view text = subject.text;
  return text.starts_with(kKind) ? text.substr(kKind.size()) : std::string_view();
}

std::optional<std::int64_t> least_of(const Fail& failure) {
  const auto& expected = failure.detail.expected;
  if (!expected || expected->relation != Relation::at_least) return std::nullopt;
  const auto* const number = std::get_if<std::int64_t>(&expected->measure.value);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

}  // namespace preflight
