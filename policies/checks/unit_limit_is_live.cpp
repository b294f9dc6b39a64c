// SPDX-License-Identifier: Apache-2.0
// daemon-reload changes a unit's LimitNOFILE, not the running process; and a haproxy reload re-executes the master with
// the limit it had at its own boot. Only a restart picks the new one up.
#include <algorithm>

#include "policies/check.h"
#include "policies/demand/start_limits.h"
#include "policies/limit_lines.h"

namespace preflight::checks {
namespace {

using haproxy::InstanceFacts;

constexpr std::string_view kNrOpen = "fs.nr_open";
constexpr std::string_view kSysctls[] = {kNrOpen};
constexpr Need kNeeds[] = {Need::unit};
constexpr std::string_view kReferences[] = {"systemd.exec(5), LimitNOFILE=", "HAProxy src/mworker.c, re-execution"};

/// haproxy raises its own hard limit to exactly its demand when it may: a difference that nobody need act on.
bool raised_itself(std::uint64_t process, const InstanceDemand& demand) {
  return demand.file_descriptors && as_count(process) == demand.file_descriptors->value;
}

/// What systemd really gives. Without a limit there is nothing to compare.
Result<std::uint64_t> given_by(const UnitProperties& unit, const Facts& facts) {
  if (unit.limit_nofile == kUnlimited) return kUnlimited;
  const auto given = given_at_start({unit.limit_nofile_soft, unit.limit_nofile}, facts);
  if (!given) return tl::make_unexpected(given.error());
  return given->limits.hard;
}

Detail detail_of(std::uint64_t process, std::uint64_t unit, pid_t pid) {
  Detail detail;
  detail.observed = Measure(as_count(process), "descriptors");
  detail.where.object = "/proc/" + std::to_string(pid) + "/limits";
  if (unit != kUnlimited) detail.expected = Expectation{Relation::equal, Measure(as_count(unit), "descriptors")};
  return detail;
}

/// A process that lacks what a person configured, could not raise its limit, and would get enough from its unit.
Result<bool> needs_restart(std::uint64_t process, std::uint64_t unit, const InstanceDemand& demand,
                           const Facts& facts) {
  const auto& need = demand.file_descriptors;
  if (!need || need->basis != Basis::configured) return false;
  if (as_count(process) >= need->value || as_count(unit) < need->value) return false;
  const auto limits = start_limits(*demand.instance, facts);
  if (!limits) return tl::make_unexpected(limits.error());
  if (!limits->may_raise) return tl::make_unexpected(limits->may_raise.error());
  return !*limits->may_raise;
}

Outcome compare(const ProcessFacts& head, const UnitProperties& properties, const InstanceDemand& demand,
                const Facts& facts) {
  const auto process = head.nofile->hard;
  const auto given = given_by(properties, facts);
  if (!given) return Unknown{given.error()};
  const auto unit = *given;
  auto detail = detail_of(process, unit, head.pid);
  const auto restart = needs_restart(process, unit, demand, facts);
  if (!restart) return Unknown{restart.error()};
  if (*restart) {
    detail.why =
        "the process has less than it needs while its unit would give enough: restart it, a reload is not enough";
    return Fail{Severity::error, std::move(detail)};
  }
  if (unit == kUnlimited || process == unit || raised_itself(process, demand)) return Pass{std::move(detail)};
  if (process < unit) {
    detail.why = "the process has a lower limit than its unit now gives: changed since it was started, or capped";
    return Fail{Severity::warning, std::move(detail)};
  }
  detail.why = "the process has a higher limit than its unit now gives: the next start will have less";
  detail.consequence_of = Cause{"unit_limit_survives_boot", subject::instance(demand.instance->name)};
  return Fail{Severity::info, std::move(detail)};
}

Outcome outcome_of(const InstanceDemand& demand, const Facts& facts) {
  const InstanceFacts& instance = *demand.instance;
  const auto* head = instance.head();
  if (head == nullptr) return NotApplicable{"haproxy does not run"};
  if (!head->unit) return Unknown{head->unit.error()};
  if (head->unit->empty()) return NotApplicable{"the process belongs to no unit"};
  if (!instance.unit) return Unknown{instance.unit.error()};
  if (!head->nofile) return Unknown{head->nofile.error()};
  return compare(*head, *instance.unit, demand, facts);
}

Outcomes evaluate(const Case& c) {
  return for_each_instance(c, [&](const InstanceDemand& demand) { return outcome_of(demand, c.facts); });
}

}  // namespace

extern constinit const Check unit_limit_is_live{
    .id = "unit_limit_is_live",
    .title = "The running process has the limit its unit gives",
    .rationale =
        "A changed LimitNOFILE looks applied in systemctl show while the process still has the old one; the "
        "difference shows at the next start, for better or for worse.",
    .advice = "Restart the service when connections may be dropped; a reload is not enough.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "restart_haproxy",
};

}  // namespace preflight::checks
