// SPDX-License-Identifier: Apache-2.0
// A plan is drafted, carried out on a supposed host, and judged there by the checks; what does not come true is taken
// out of it with its reason, until all that is left does.
#include "agent/plan_cycle.h"

#include <algorithm>
#include <chrono>

#include "agent/exit_codes.h"
#include "agent/plan_grounds.h"
#include "policies/sysctl_demand.h"
#include "policies/sysctl_origin.h"
#include "probes/base/text.h"
#include "remediations/planner.h"
#include "remediations/supposed_host.h"

namespace preflight {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds rounded(Clock::duration duration) {
  return std::chrono::round<std::chrono::milliseconds>(duration);
}

Case case_of(const Run& run) {
  static const Settings kStandard;
  return {run.facts, run.demand, kStandard, &run.policy};
}

const CheckResult* find_result(const Assessment& assessment, const CheckResult& like) {
  const auto same = [&](const CheckResult& one) { return one.check == like.check && one.subject == like.subject; };
  const auto found = std::find_if(assessment.results.begin(), assessment.results.end(), same);
  return found == assessment.results.end() ? nullptr : &*found;
}

bool fails(const CheckResult& result) {
  return std::holds_alternative<Fail>(result.outcome) || std::holds_alternative<Unknown>(result.outcome);
}

/// Whether something of the same check fails then: listeners keep the queues they were opened with.
bool related_fails(const CheckResult& finding, const Assessment& then) {
  return std::any_of(then.results.begin(), then.results.end(),
                     [&](const CheckResult& one) { return one.check == finding.check && one.failed(); });
}

/// What is left of a finding when everything is as planned; nothing where it would stay for good.
std::optional<Outlook> outlook_of(const Wish& wish, const Run& then) {
  const auto* const result = find_result(then.assessment, *wish.finding);
  // A setting is judged as it is, whoever was started before: no restart cures what is said of it.
  const bool stays = result != nullptr && fails(*result);
  if (stays && !key_of(wish.finding->subject).empty()) return std::nullopt;
  const bool restart = wish.remedy->effective == Effective::restart || wish.remedy->tier == Tier::disruptive;
  if (restart && related_fails(*wish.finding, then.assessment)) return Outlook::pending_restart;
  if (!stays) return Outlook::resolved;
  return wish.remedy->effective == Effective::reload ? std::optional(Outlook::pending_reload) : std::nullopt;
}

std::string boot_value(const Facts& facts, std::string_view key) {
  const auto after = written_at_boot(facts, key).value;
  return after ? normalised(*after) : std::string();
}

std::string decider_of(const Facts& facts, std::string_view key) {
  const auto* const line = deciding_line(facts, key);
  return line == nullptr ? std::string() : place_of(*line);
}

/// What `sysctl --system` makes of it, where that is another value than boot's.
std::string by_hand(const Facts& facts, std::string_view key) {
  const auto* const known = facts.sysctl_boot ? facts.sysctl_boot->find(key) : nullptr;
  if (known == nullptr) return {};
  const auto after = known->after(SysctlLoader::procps).value_or(std::nullopt);
  return after && normalised(*after) != boot_value(facts, key) ? normalised(*after) : std::string();
}

KeyForecast forecast_of(const std::string& key, const Run& now, const Run& then) {
  return {.key = key,
          .running_before = SysctlDemand(case_of(now)).running(key).value_or(""),
          .running_after = SysctlDemand(case_of(then)).running(key).value_or(""),
          .boot_before = boot_value(now.facts, key),
          .boot_after = boot_value(then.facts, key),
          .decider_before = decider_of(now.facts, key),
          .decider_after = decider_of(then.facts, key),
          .by_hand_after = by_hand(then.facts, key)};
}

class Planning {
 public:
  Planning(const Host& host, const Policy& policy, const cli::Options& options)
      : host_(host), policy_(policy), options_(options) {}

  tl::expected<PlanRun, NoPlan> run() {
    const auto began = Clock::now();
    auto now = run_checks(host_.view(), policy_, options_);
    if (!now) return tl::make_unexpected(NoPlan{now.error(), kUsage});
    now_ = std::move(*now);
    const auto scene = case_of(*now_);
    wishes_ = wishes_of(now_->assessment, scene, {options_.only.begin(), options_.only.end()});
    for (;;) {
      if (auto drafted = draft(scene); !drafted) return tl::make_unexpected(drafted.error());
      if (const auto broken = first_broken()) {
        refuse(wishes_, broken->wish, broken->reason).unseen = broken->unseen;
      } else if (!add_restarts()) {
        break;
      }
    }
    auto plan = finished();
    // apply plans once more, and then looks whether the last draft came true.
    plan.looks_take = rounded(Clock::now() - began + last_look_);
    return PlanRun{std::move(now_), std::move(plan)};
  }

 private:
  tl::expected<void, NoPlan> draft(const Case& scene) {
    auto steps = steps_for(wishes_, scene, host_, options_.allow_restart);
    if (!steps) return tl::make_unexpected(NoPlan{steps.error(), kRefused});
    plan_.steps = std::move(*steps);
    const SupposedHost supposed(host_.view(), plan_.changes());
    const auto began = Clock::now();
    auto then = check_again(supposed, policy_, options_);
    if (!then) return tl::make_unexpected(NoPlan{then.error(), kUsage});
    then_ = std::move(*then);
    last_look_ = Clock::now() - began;
    return {};
  }

  struct Broken {
    std::size_t wish = 0;  // among those granted
    std::string reason;
    bool unseen = false;  // it is not known whether it would come true
  };

  /// The first wish that does not come true, and why.
  std::optional<Broken> first_broken() {
    for (std::size_t i = 0; i < wishes_.granted.size(); ++i) {
      const auto& wish = wishes_.granted[i];
      const auto unmet_then = unmet(wish.aims, case_of(*then_));
      if (!unmet_then) return Broken{i, "whether it would help is not known: " + describe(unmet_then.error()), true};
      if (!unmet_then->empty()) return Broken{i, "it would not help: " + *unmet_then};
      if (outlook_of(wish, *then_)) continue;
      const auto* const then = find_result(then_->assessment, *wish.finding);
      return Broken{i, "it would not help: the finding would stay", then != nullptr && then->unknown()};
    }
    return std::nullopt;
  }

  /// Where a restart is allowed, those that wait for one get it; false: nothing is new.
  bool add_restarts() {
    if (!options_.allow_restart || restarts_added_) return false;
    restarts_added_ = true;
    bool added = false;
    for (auto& wish : wishes_.granted) {
      if (outlook_of(wish, *then_) != Outlook::pending_restart) continue;
      const auto restarts = restarts_of(*wish.finding, now_->facts).value_or(Aims());
      wish.aims.insert(wish.aims.end(), restarts.begin(), restarts.end());
      added = added || !restarts.empty();
    }
    return added;
  }

  Plan finished() {
    plan_.host = now_->facts.host.name;
    plan_.made_at = now_->report.taken_at;
    plan_.request = {options_.configs, options_.instance, options_.policies,
                     options_.only,    options_.skip,     options_.allow_restart};
    for (const auto& wish : wishes_.granted) add_cure(wish);
    plan_.uncured = std::move(wishes_.uncured);
    for (const auto& key : keys()) {
      auto forecast = forecast_of(key, *now_, *then_);
      if (forecast.changes()) plan_.forecasts.push_back(std::move(forecast));
    }
    plan_.grounds = grounds_of(host_.view(), *now_, plan_);
    return std::move(plan_);
  }

  void add_cure(const Wish& wish) {
    const auto& failure = std::get<Fail>(wish.finding->outcome);
    plan_.cures.push_back({.check = std::string(wish.finding->check->id),
                           .subject = wish.finding->subject.text,
                           .severity = wish.finding->severity,
                           .why = failure.detail.why,
                           .expected = expected_text(failure),
                           .remedy = std::string(wish.remedy->id),
                           .outlook = promised(wish)});
    if (plan_.cures.back().outlook != Outlook::resolved) add_pending();
  }

  /// On the supposed host nothing was restarted; where the plan does that, the finding must be gone afterwards.
  Outlook promised(const Wish& wish) const {
    const auto outlook = *outlook_of(wish, *then_);
    const auto is_restart = [](const Aim& aim) { return std::holds_alternative<RestartAim>(aim); };
    const bool restarted = options_.allow_restart && std::any_of(wish.aims.begin(), wish.aims.end(), is_restart);
    return restarted ? Outlook::resolved : outlook;
  }

  void add_pending() {
    for (const auto& instance : now_->facts.instances) {
      const auto sentence = "restart " + (instance.unit ? instance.unit->name : instance.name);
      auto& list = plan_.pending;
      if (instance.running() && std::find(list.begin(), list.end(), sentence) == list.end()) list.push_back(sentence);
    }
  }

  /// Of everything a wish is about, whether or not it needs a change.
  std::vector<std::string> keys() const {
    Goals goals;
    for (const auto& wish : wishes_.granted) goals.add(wish.aims);
    return goals.keys_in_order();
  }

  const Host& host_;
  const Policy& policy_;
  const cli::Options& options_;
  std::unique_ptr<Run> now_;
  std::unique_ptr<Run> then_;
  Wishes wishes_;
  Plan plan_;
  bool restarts_added_ = false;
  Clock::duration last_look_{0};
};

}  // namespace

tl::expected<PlanRun, NoPlan> make_plan(const Host& host, const Policy& policy, const cli::Options& options) {
  return Planning(host, policy, options).run();
}

}  // namespace preflight
