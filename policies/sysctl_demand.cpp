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

bool looks_at(const Check& check, std::string_view key) {
  const auto& needs = check.needs;
  if (std::find(needs.facts.begin(), needs.facts.end(), Need::boot) != needs.facts.end()) return false;
  return std::find(needs.sysctls.begin(), needs.sysctls.end(), key) != needs.sysctls.end();
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

std::string normalised(std::string_view value) {
  std::string out;
  for (const auto word : words(value)) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

SysctlDemand::SysctlDemand(const Case& scene) : scene_(scene) {}
SysctlDemand::~SysctlDemand() = default;

Result<std::string> SysctlDemand::running(std::string_view key) const {
  const auto* const place = place_of(scene_.facts, key);
  if (place == nullptr) return unread(std::string(key));
  return place->map([](const std::string& value) { return normalised(value); });
}

SysctlJudgements SysctlDemand::judgements(std::string_view key, const std::string& value) {
  if (facts_ == nullptr) facts_ = std::make_unique<Facts>(scene_.facts);
  SysctlJudgements found;
  auto* const place = place_of(*facts_, key);
  if (place == nullptr) return found;
  const auto kept = std::exchange(*place, value);
  const auto demand = compute_demand(*facts_);
  const Case supposed{*facts_, demand, scene_.settings, scene_.policy};
  for (const auto* const check : all_checks()) {
    if (looks_at(*check, key)) add_judgements(*check, supposed, found);
  }
  *place = kept;
  return found;
}

SysctlJudgements SysctlDemand::failures(std::string_view key, const std::string& value) {
  auto found = judgements(key, value);
  std::erase_if(found, [](const SysctlJudgement& one) { return one.failure() == nullptr; });
  return found;
}

SysctlJudgements SysctlDemand::worse(std::string_view key, const std::string& value, const std::string& instead) {
  std::map<std::pair<std::string_view, std::string>, Severity> before;
  for (const auto& one : failures(key, instead)) {
    before.emplace(std::pair(one.check->id, one.judgement.subject.text), one.failure()->severity);
  }
  auto found = failures(key, value);
  std::erase_if(found, [&](const SysctlJudgement& one) {
    const auto was = before.find({one.check->id, one.judgement.subject.text});
    return was != before.end() && was->second >= one.failure()->severity;
  });
  return found;
}

}  // namespace preflight
