// SPDX-License-Identifier: Apache-2.0
// sysctl.d is loaded early at boot and has not the last word: tuned, ufw or a script that writes the same key later
// undoes a value set there, and so does the next run of a configuration manager that owns the deciding line.
#include <algorithm>
#include <optional>
#include <utility>

#include "policies/check.h"
#include "policies/sysctl_demand.h"
#include "policies/sysctl_origin.h"
#include "probes/base/text.h"
#include "probes/linux/sysctl_writers.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kReferences[] = {"sysctl.d(5)", "tuned.conf(5) and tuned-main.conf(5), reapply_sysctl",
                                            "ufw-framework(8), IPT_SYSCTL", "systemd-rc-local-generator(8)",
                                            "cloud-init documentation: bootcmd"};

constexpr std::size_t kShown = 80;  // bytes of a value

std::string shown(std::string_view value) {
  if (value.empty()) return "nothing";
  return printable(value.substr(0, kShown)) + (value.size() > kShown ? "..." : "");
}

/// Of what the checks say of a value the worst, as the beginning of our own finding.
std::optional<Fail> worst_of(const SysctlJudgements& judgements) {
  const Fail* worst = nullptr;
  for (const auto& one : judgements) {
    const auto* const failure = one.failure();
    if (failure != nullptr && (worst == nullptr || failure->severity > worst->severity)) worst = failure;
  }
  if (worst == nullptr) return std::nullopt;
  Fail fail = *worst;
  fail.severity = std::min(fail.severity, Severity::warning);
  fail.prevents_start = false;  // not now
  fail.detail.consequence_of.reset();
  fail.detail.evidence = {std::exchange(fail.detail.why, {})};
  return fail;
}

/// Where nobody objects but somebody could not look, it is not known to be enough.
Outcome good_enough(const SysctlJudgements& judgements) {
  for (const auto& one : judgements)
    if (const auto* const unknown = std::get_if<Unknown>(&one.judgement.outcome)) return *unknown;
  return Pass{};
}

/// One key at the next boot: what the loader leaves there, and who writes it afterwards.
class Key {
 public:
  Key(std::string_view key, const SysctlBoot& boot, SysctlDemand& demand)
      : key_(key), at_boot_(boot.find(key)), loader_(boot.loader), demand_(demand) {}

  /// Nothing where nobody else has to do with it.
  std::optional<Outcome> judge(const std::vector<SysctlWriter>& writers) {
    const bool touched = std::any_of(writers.begin(), writers.end(), [&](const auto& one) { return one.key == key_; });
    if (at_boot_ == nullptr) return touched ? std::optional<Outcome>(Unknown{unread(key_).value()}) : std::nullopt;
    const auto left = at_boot_->after(loader_);
    if (!left) return touched ? std::optional<Outcome>(Unknown{left.error()}) : std::nullopt;
    const auto written = written_after(writers, key_, *left);
    if (written.last_writer != nullptr) return judge_writer(*written.last_writer, written.value);
    if (touched) return Pass{};
    return judge_manager(*left);
  }

 private:
  /// A value that only the owner can compute is taken to be the running one.
  Outcome judge_writer(const SysctlWriter& writer, const std::optional<std::string>& value) {
    const auto running = demand_.running(key_);
    const bool computed = !value && writer.rule == WriteRule::sets;
    if (computed && !running) return Unknown{running.error()};
    if (!value && !computed) return Pass{};  // raised or lowered from what is not known: no remedy is undone
    const auto judgements = demand_.judgements({{key_, computed ? *running : *value}});
    auto fail = worst_of(judgements);
    if (!fail) return good_enough(judgements);
    auto& detail = fail->detail;
    detail.why = printable(writer.owner) + (computed ? " writes " + key_ : " sets " + key_ + " to " + shown(*value)) +
                 " at boot, after sysctl.d: a value set there is undone";
    detail.where.object = writer.line == 0 ? writer.file : std::string();
    detail.where.origin = {};
    if (writer.line != 0) detail.where.origin = {std::make_shared<const std::string>(writer.file), writer.line, 1};
    if (!computed && running && *running != normalised(*value))
      detail.evidence.push_back("running now: " + shown(*running));
    return *fail;
  }

  /// The manager's line decides, and too little of it: it is the place to change it.
  std::optional<Outcome> judge_manager(const std::optional<std::string>& left) {
    const auto& answer = at_boot_->by(loader_);
    if (!left || !answer->decider) return std::nullopt;
    const auto& line = answer->lines.at(*answer->decider);
    if (line.managed_by.empty()) return std::nullopt;
    const auto judgements = demand_.judgements({{key_, *left}});
    auto fail = worst_of(judgements);
    if (!fail) return good_enough(judgements);
    fail->severity = Severity::info;
    fail->detail.why = "the line that decides is managed by " + printable(line.managed_by) +
                       ", whose next run takes a change of it back";
    fail->detail.where = where_of(line);
    return *fail;
  }

  std::string key_;
  const KeyAtBoot* at_boot_;
  SysctlLoader loader_;
  SysctlDemand& demand_;
};

Outcomes evaluate(const Case& c) {
  if (!c.facts.sysctl_writers) return one(subject::host(), Unknown{c.facts.sysctl_writers.error()});
  if (!c.facts.sysctl_boot) return one(subject::host(), Unknown{c.facts.sysctl_boot.error()});
  SysctlDemand demand(c);
  Outcomes outcomes;
  for (const auto key : kDemandedSysctls) {
    auto outcome = Key(key, *c.facts.sysctl_boot, demand).judge(*c.facts.sysctl_writers);
    if (outcome) outcomes.push_back({subject::sysctl(key), std::move(*outcome)});
  }
  if (outcomes.empty()) return one(subject::host(), Pass{});
  return outcomes;
}

}  // namespace

extern constinit const Check another_owner_is_absent{
    .id = "another_owner_is_absent",
    .title = "Nobody else writes the settings that haproxy needs",
    .rationale =
        "A kernel setting that sysctl.d raises is lowered again at every boot where tuned, a firewall, cloud-init or a "
        "script writes it later, and it is the last one whom nobody looks at.",
    .advice = "Put the value where the finding points, into the configuration of whoever writes it last.",
    .severity = Severity::warning,
    .needs = {.facts = kNeedsOfDemandedSysctls, .sysctls = kDemandedSysctls},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
