// SPDX-License-Identifier: Apache-2.0
// Changes in the order they are made: running values, what boot reads, what systemd reads, and a restart last.
#include <algorithm>

#include "policies/sysctl_demand.h"
#include "probes/linux/sysctl_boot.h"
#include "remediations/own_files.h"
#include "remediations/planner.h"
#include "remediations/selinux_aims.h"

namespace preflight {
namespace {

constexpr std::uint32_t kFileMode = 0644;

/// What an aim is proved by; empty where it needs no proof.
std::string proof_of(const Aim& aim) {
  const auto* const label = std::get_if<LabelAim>(&aim);
  const auto* const boolean = std::get_if<BooleanAim>(&aim);
  if (label != nullptr) return label->proof;
  return boolean == nullptr ? std::string() : boolean->proof;
}

/// The reasons for a step: the findings whose aims touch it.
class Reasons {
 public:
  explicit Reasons(const Wishes& wishes) : wishes_(wishes) {}

  template <typename F>
  Step step(Change change, F&& touches) const {
    Step made{.change = std::move(change), .remedies = {}};
    for (const auto& wish : wishes_.granted) {
      if (std::none_of(wish.aims.begin(), wish.aims.end(), touches)) continue;
      made.tier = std::max(made.tier, wish.remedy->tier);
      add(made.remedies, std::string(wish.remedy->id));
      add(made.why, std::get<Fail>(wish.finding->outcome).detail.why);
      for (const auto& aim : wish.aims) {
        if (const auto proof = proof_of(aim); !proof.empty() && touches(aim)) add(made.why, proof);
      }
    }
    return made;
  }

 private:
  static void add(std::vector<std::string>& list, const std::string& text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  }
  const Wishes& wishes_;
};

bool touches_setting(const Aim& aim, std::string_view key) {
  const auto* const setting = std::get_if<SettingAim>(&aim);
  return setting != nullptr && setting->key == key;
}

bool touches_policy(const Aim& aim) {
  return std::holds_alternative<LabelAim>(aim) || std::holds_alternative<BooleanAim>(aim);
}

bool touches_unit(const Aim& aim, std::string_view unit) {
  const auto* const limit = std::get_if<LimitAim>(&aim);
  const auto* const restart = std::get_if<RestartAim>(&aim);
  return (limit != nullptr && limit->unit == unit) || (restart != nullptr && restart->unit == unit);
}

class StepMaker {
 public:
  StepMaker(const Wishes& wishes, const Case& scene, const Host& host)
      : reasons_(wishes), scene_(scene), host_(host), booted_(values_after_boot(scene.facts)) {
    for (const auto& wish : wishes.granted) goals_.add(wish.aims);
  }

  Result<std::vector<Step>> make(bool allow_restart) {
    for (const auto& key : goals_.keys_in_order()) add_setting(goals_.settings.find(key)->second);
    auto added = add_modules().and_then([&] { return add_boot_file(); });
    added = added.and_then([&] { return add_policy(); }).and_then([&] { return add_limits(); });
    return added.map([&] {
      if (reload_) steps_.push_back(reasons_.step(UnitsReload{}, is_limit));
      if (allow_restart) add_restarts();
      return std::move(steps_);
    });
  }

 private:
  static bool is_limit(const Aim& aim) { return std::holds_alternative<LimitAim>(aim); }

  void add_setting(const SettingAim& aim) {
    const auto touches = [&](const Aim& one) { return touches_setting(one, aim.key); };
    const auto now = SysctlDemand(scene_).running(aim.key);
    const bool short_now = now && !meets(*now, aim);
    if (short_now) steps_.push_back(reasons_.step(SysctlWrite{aim.key, *now, aim.value}, touches));
    const auto after = booted_.find(aim.key);
    // What nothing sets and only the machine knows is what it is now, if that was not enough.
    if (after == booted_.end() ? short_now : !meets(after->second, aim)) at_boot_[aim.key] = aim.value;
  }

  /// The change that gives one of our files this content; none where it has it.
  template <typename Content, typename F>
  Result<void> add_file(const std::string& path, Content&& content, F&& touches) {
    auto present = host_.image(path);
    if (!present) return tl::make_unexpected(present.error());
    FileImage wanted;
    if (*present) wanted = **present;
    if (!*present) wanted.mode = kFileMode;
    wanted.mode &= ~kOthersMayWrite;
    wanted.modified = 0;
    wanted.content = content(*present ? (*present)->content : std::string());
    if (*present && wanted.same_as(**present)) return {};
    steps_.push_back(reasons_.step(FileWrite{path, std::move(*present), std::move(wanted)}, touches));
    return {};
  }

  Result<void> add_modules() {
    std::vector<std::string> late;
    for (const auto& module : goals_.modules) {
      if (comes_late(host_.view(), module)) late.push_back(module);
    }
    if (late.empty()) return {};
    return add_file(
        std::string(kBootModules),
        [&](std::string content) {
          for (const auto& module : late) content = with_module(content, module);
          return content;
        },
        [](const Aim& aim) { return std::holds_alternative<ModuleAim>(aim); });
  }

  Result<void> add_boot_file() {
    if (at_boot_.empty()) return {};
    return add_file(
        std::string(kBootSettings), [&](const std::string& content) { return with_settings(content, at_boot_); },
        [&](const Aim& aim) {
          return std::any_of(at_boot_.begin(), at_boot_.end(),
                             [&](const auto& one) { return touches_setting(aim, one.first); });
        });
  }

  Result<void> add_policy() {
    for (const auto& store : goals_.stores) {
      steps_.push_back(
          reasons_.step(SelinuxRepair{store}, [](const Aim& aim) { return std::holds_alternative<StoreAim>(aim); }));
    }
    auto edit = selinux_edit_for(goals_, scene_.facts, host_.view());
    if (!edit) return tl::make_unexpected(edit.error());
    if (*edit) steps_.push_back(reasons_.step(std::move(**edit), touches_policy));
    return {};
  }

  Result<void> add_limits() {
    for (const auto& [unit, descriptors] : goals_.limits) {
      if (!unmet_in_files(unit, descriptors)) continue;
      const auto touches = [&, name = std::string_view(unit)](const Aim& aim) { return touches_unit(aim, name); };
      if (auto added = add_directory(unit, touches); !added) return added;
      const auto content = [&, wanted = descriptors](const std::string&) { return with_limit(wanted); };
      if (auto added = add_file(drop_in(unit), content, touches); !added) return added;
    }
    return {};
  }

  /// Whether the unit's files, or what systemd has read of them, give too little.
  bool unmet_in_files(const std::string& unit, std::uint64_t descriptors) {
    for (const auto& instance : scene_.facts.instances) {
      if (!instance.unit || instance.unit->name != unit) continue;
      const bool read = instance.unit->limit_nofile >= descriptors;
      const bool written = instance.unit_limit && instance.unit_limit->reloaded.limits.hard >= descriptors &&
                           instance.unit_limit->at_boot && instance.unit_limit->at_boot->limits.hard >= descriptors;
      reload_ = reload_ || ((!read || !written) && scene_.facts.host.systemd);
      return !written;
    }
    return false;
  }

  template <typename F>
  Result<void> add_directory(const std::string& unit, F&& touches) {
    const auto path = drop_in_directory(unit);
    const auto there = host_.has_directory(path);
    if (!there) return tl::make_unexpected(there.error());
    if (!*there) steps_.push_back(reasons_.step(DirectoryWrite{path}, touches));
    return {};
  }

  void add_restarts() {
    for (const auto& unit : goals_.restarts) {
      auto step = reasons_.step(UnitRestart{unit}, [&](const Aim& aim) { return touches_unit(aim, unit); });
      step.tier = Tier::disruptive;
      steps_.push_back(std::move(step));
    }
  }

  Reasons reasons_;
  const Case& scene_;
  const Host& host_;
  SysctlValues booted_;
  Goals goals_;
  std::map<std::string, std::string, std::less<>> at_boot_;
  std::vector<Step> steps_;
  bool reload_ = false;
};

}  // namespace

Result<std::vector<Step>> steps_for(const Wishes& wishes, const Case& scene, const Host& host, bool allow_restart) {
  return StepMaker(wishes, scene, host).make(allow_restart);
}

}  // namespace preflight
