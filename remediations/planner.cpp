// SPDX-License-Identifier: Apache-2.0
// Which findings are ours to cure, and which belong to another owner of the same setting.
#include "remediations/planner.h"

#include <algorithm>

#include "policies/sysctl_demand.h"
#include "policies/sysctl_origin.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

bool is_wanted(const CheckResult& result, const std::set<std::string, std::less<>>& named) {
  // What another finding causes is cured with it.
  if (!result.finding() || result.consequence_of) return false;
  return result.severity >= Severity::warning || named.contains(result.check->id);
}

std::string line_for(const SettingAim& aim) { return aim.key + " = " + aim.value; }

/// Who writes a setting besides us; what we wrote would be undone, so it is for that owner to say.
struct OtherOwner {
  std::string name;
  std::string place;
};

std::optional<OtherOwner> owner_of(std::string_view key, const Facts& facts) {
  if (const auto* const writer = written_at_boot(facts, key).last_writer; writer != nullptr) {
    return OtherOwner{writer->owner,
                      writer->line == 0 ? writer->file : writer->file + ":" + std::to_string(writer->line)};
  }
  const auto* const line = deciding_line(facts, key);
  if (line == nullptr || line->managed_by.empty()) return std::nullopt;
  return OtherOwner{line->managed_by, place_of(*line)};
}

/// Of the settings a wish is about, the first that another owner writes.
bool refuse_owned(Wishes& wishes, std::size_t index, const Facts& facts) {
  for (const auto& aim : wishes.granted[index].aims) {
    const auto* const setting = std::get_if<SettingAim>(&aim);
    if (setting == nullptr) continue;
    const auto owner = owner_of(setting->key, facts);
    if (!owner) continue;
    const auto name = printable(owner->name);
    refuse(wishes, index, name + " writes " + setting->key + " (" + printable(owner->place) + "), and would undo it",
           {"let " + name + " set: " + line_for(*setting)});
    return true;
  }
  return false;
}

}  // namespace

Uncured uncured(const CheckResult& finding, std::string reason, std::vector<std::string> todo) {
  const auto& failure = std::get<Fail>(finding.outcome);
  return {.check = std::string(finding.check->id),
          .subject = finding.subject.text,
          .severity = finding.severity,
          .why = failure.detail.why,
          .reason = std::move(reason),
          .todo = std::move(todo)};
}

Wishes wishes_of(const Assessment& assessment, const Case& scene, const std::set<std::string, std::less<>>& named) {
  Wishes wishes;
  for (const auto& result : assessment.results) {
    if (!is_wanted(result, named)) continue;
    const auto* const remedy = find_remedy(result.check->remedy);
    const std::string advice(result.check->advice);
    if (remedy == nullptr) {
      wishes.uncured.push_back(uncured(result, "a person decides", {advice}));
      continue;
    }
    auto aims = remedy->propose(result, scene);
    if (aims) {
      wishes.granted.push_back({&result, remedy, std::move(*aims)});
    } else {
      wishes.uncured.push_back(uncured(result, aims.error().reason, {advice}));
      wishes.uncured.back().unseen = !is_for_a_person(aims.error());
    }
  }
  for (std::size_t i = 0; i < wishes.granted.size();) {
    if (!refuse_owned(wishes, i, scene.facts)) ++i;
  }
  return wishes;
}

Uncured& refuse(Wishes& wishes, std::size_t index, const std::string& reason, std::vector<std::string> todo) {
  const auto& wish = wishes.granted[index];
  if (todo.empty()) todo.emplace_back(wish.finding->check->advice);
  wishes.uncured.push_back(uncured(*wish.finding, reason, std::move(todo)));
  wishes.granted.erase(wishes.granted.begin() + static_cast<std::ptrdiff_t>(index));
  return wishes.uncured.back();
}

}  // namespace preflight
