// SPDX-License-Identifier: Apache-2.0
// Which findings are ours to cure, and which belong to another owner of the same setting.
#include "remediations/planner.h"

#include <algorithm>

#include "policies/sysctl_demand.h"
#include "policies/sysctl_origin.h"
#include "probes/base/text.h"
#include "remediations/fewest_booleans.h"

namespace preflight {
namespace {

using Named = std::set<std::string, std::less<>>;

/// The check's own, or of those that are tried after it the one that is named.
const Remedy* remedy_of(const Check& check, const Named& named) {
  const auto* const first = find_remedy(check.remedy);
  for (const auto* one = first; one != nullptr; one = find_remedy(one->otherwise)) {
    if (named.contains(one->id)) return one;
  }
  return first;
}

bool is_wanted(const CheckResult& result, const Named& named) {
  // What another finding causes is cured with it.
  if (!result.finding() || result.consequence_of) return false;
  const auto* const remedy = remedy_of(*result.check, named);
  return result.severity >= Severity::warning || named.contains(result.check->id) ||
         (remedy != nullptr && named.contains(remedy->id));
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

/// What a setting is now decides whether it is changed, and into what it is brought back.
bool refuse_unread(Wishes& wishes, std::size_t index, const Case& scene) {
  for (const auto& aim : wishes.granted[index].aims) {
    const auto* const setting = std::get_if<SettingAim>(&aim);
    if (setting == nullptr) continue;
    const auto now = SysctlDemand(scene).running(setting->key);
    if (now) continue;
    refuse(wishes, index, describe(now.error())).unseen = true;
    return true;
  }
  return false;
}

/// The reason that stands where no remedy is left is that of the first.
Result<Wish> wish_for(const CheckResult& finding, const Remedy& remedy, const Case& scene) {
  auto aims = remedy.propose(finding, scene);
  if (aims) return Wish{&finding, &remedy, std::move(*aims)};
  const auto* const other = find_remedy(remedy.otherwise);
  auto others = other == nullptr ? Result<Aims>(tl::make_unexpected(aims.error())) : other->propose(finding, scene);
  if (!others) return tl::make_unexpected(aims.error());
  return Wish{&finding, other, std::move(*others)};
}

bool repairs(const Aim& aim) { return std::holds_alternative<StoreAim>(aim); }
bool edits_policy(const Aim& aim) {
  return std::holds_alternative<LabelAim>(aim) || std::holds_alternative<BooleanAim>(aim);
}

template <typename F>
bool has_aim(const Wish& wish, F&& is_meant) {
  return std::any_of(wish.aims.begin(), wish.aims.end(), is_meant);
}

/// What a broken store holds is not what it will hold: nothing can be planned on it.
void refuse_until_repaired(Wishes& wishes) {
  const auto& granted = wishes.granted;
  if (std::none_of(granted.begin(), granted.end(), [](const Wish& wish) { return has_aim(wish, repairs); })) return;
  for (std::size_t i = 0; i < wishes.granted.size();) {
    if (has_aim(wishes.granted[i], edits_policy)) {
      refuse(wishes, i, "the SELinux policy's store is repaired first", {"plan again once this plan is applied"});
    } else {
      ++i;
    }
  }
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
    const auto* const remedy = remedy_of(*result.check, named);
    const std::string advice(result.check->advice);
    if (remedy == nullptr) {
      wishes.uncured.push_back(uncured(result, "a person decides", {advice}));
      continue;
    }
    auto wish = wish_for(result, *remedy, scene);
    if (wish) {
      wishes.granted.push_back(std::move(*wish));
    } else {
      wishes.uncured.push_back(uncured(result, wish.error().reason, {advice}));
      wishes.uncured.back().unseen = !is_for_a_person(wish.error());
    }
  }
  refuse_until_repaired(wishes);
  keep_fewest_booleans(wishes.granted, scene);
  for (std::size_t i = 0; i < wishes.granted.size();) {
    if (!refuse_owned(wishes, i, scene.facts) && !refuse_unread(wishes, i, scene)) ++i;
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
