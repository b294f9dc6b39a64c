// SPDX-License-Identifier: Apache-2.0
// The facts are copied once, and only where a value differs: on most hosts none does.
#include "policies/sysctl_demand.h"

#include <algorithm>
#include <map>
#include <utility>

#include "policies/catalog.h"
#include "policies/policy.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

bool of_network(std::string_view key) { return key.substr(0, 4) == "net."; }

/// Boot sets the first namespace of the host, which is ours where nothing says otherwise.
bool set_at_boot(const NetworkFacts& network) { return network.netns.pid == 0; }

/// Where a key stands in the facts; several networks have none of their own at boot.
template <typename F>
auto* place_of(F& facts, std::string_view key) {
  using Place = decltype(&facts.sysctls.values.begin()->second);
  const auto in = [&](auto& sysctls) -> Place {
    const auto found = sysctls.values.find(key);
    return found == sysctls.values.end() ? nullptr : &found->second;
  };
  if (!of_network(key)) return in(facts.sysctls);
  for (auto& network : facts.networks) {
    if (set_at_boot(network)) return in(network.sysctls);
  }
  return Place{nullptr};
}

bool looks_at_any(const Check& check, const SysctlValues& values) {
  return std::any_of(values.begin(), values.end(), [&](const auto& one) { return looks_at(check, one.first); });
}

void add_judgements(const Check& check, const Case& scene, SysctlJudgements& found) {
  static const Settings kStandard;
  const auto* const said = scene.policy == nullptr ? nullptr : &scene.policy->of(check.id);
  if (said != nullptr && !said->enabled) return;
  const auto& settings = said == nullptr ? kStandard : said->settings;
  for (auto& judgement : check.evaluate({scene.facts, scene.demand, settings, scene.policy})) {
    auto* const failure = std::get_if<Fail>(&judgement.outcome);
    const bool capped = failure != nullptr && said != nullptr && said->severity;
    if (capped) failure->severity = std::min(failure->severity, *said->severity);
    found.push_back({&check, std::move(judgement)});
  }
}

}  // namespace

bool looks_at(const Check& check, std::string_view key) {
  const auto& needs = check.needs;
  if (std::find(needs.facts.begin(), needs.facts.end(), Need::boot) != needs.facts.end()) return false;
  return std::find(needs.sysctls.begin(), needs.sysctls.end(), key) != needs.sysctls.end();
}

std::string normalised(std::string_view value) {
  std::string out;
  for (const auto word : words(value)) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

WrittenValue written_at_boot(const Facts& facts, std::string_view key) {
  const auto* const known = facts.sysctl_boot ? facts.sysctl_boot->find(key) : nullptr;
  const auto left = known == nullptr ? std::nullopt : known->after(facts.sysctl_boot->loader).value_or(std::nullopt);
  if (!facts.sysctl_writers) return {left, nullptr};
  return written_after(*facts.sysctl_writers, key, left);
}

SysctlValues values_after_boot(const Facts& facts) {
  SysctlValues values;
  if (!facts.sysctl_boot) return values;
  for (const auto& [key, known] : facts.sysctl_boot->keys) {
    if (const auto after = written_at_boot(facts, key).value; after) values.emplace(key, normalised(*after));
  }
  return values;
}

SysctlDemand::SysctlDemand(const Case& scene) : scene_(scene) {}
SysctlDemand::~SysctlDemand() = default;

Result<std::string> SysctlDemand::running(std::string_view key) const {
  const auto* const place = place_of(scene_.facts, key);
  if (place == nullptr) return unread(std::string(key));
  return place->map([](const std::string& value) { return normalised(value); });
}

SysctlJudgements SysctlDemand::judgements(const SysctlValues& values) {
  if (facts_ == nullptr) facts_ = std::make_unique<Facts>(scene_.facts);
  std::vector<std::pair<Result<std::string>*, Result<std::string>>> kept;
  for (const auto& [key, value] : values) {
    if (auto* const place = place_of(*facts_, key); place != nullptr)
      kept.emplace_back(place, std::exchange(*place, value));
  }
  const auto demand = compute_demand(*facts_);
  const Case supposed{*facts_, demand, scene_.settings, scene_.policy};
  SysctlJudgements found;
  for (const auto* const check : all_checks()) {
    if (looks_at_any(*check, values)) add_judgements(*check, supposed, found);
  }
  for (auto& [place, value] : kept) *place = std::move(value);
  return found;
}

SysctlJudgements SysctlDemand::worse(const SysctlValues& values, const SysctlValues& instead) {
  std::map<std::pair<std::string_view, std::string>, Severity> before;
  SysctlValues other = instead;
  if (other.empty()) {  // as they are
    for (const auto& [key, value] : values) {
      if (const auto now = running(key); now) other.emplace(key, *now);
    }
  }
  for (const auto& one : judgements(other)) {
    if (one.failure() == nullptr) continue;
    auto& worst = before.try_emplace({one.check->id, one.judgement.subject.text}, Severity::info).first->second;
    worst = std::max(worst, one.failure()->severity);
  }
  auto found = judgements(values);
  std::erase_if(found, [&](const SysctlJudgement& one) {
    if (one.failure() == nullptr) return true;
    const auto was = before.find({one.check->id, one.judgement.subject.text});
    return was != before.end() && was->second >= one.failure()->severity;
  });
  return found;
}

}  // namespace preflight
