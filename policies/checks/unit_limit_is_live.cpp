// SPDX-License-Identifier: Apache-2.0
// daemon-reload changes a unit's LimitNOFILE, not the running process; and a haproxy reload re-executes the master with
// the limit it had at its own boot. Only a restart picks the new one up.
#include "policies/check.h"

namespace preflight::checks {
namespace {

using haproxy::InstanceFacts;

constexpr Need kNeeds[] = {Need::unit};
constexpr std::string_view kReferences[] = {"systemd.exec(5), LimitNOFILE=", "HAProxy src/mworker.c, re-execution"};

/// haproxy raises its own hard limit to exactly its demand when it may: a difference that nobody need act on.
bool raised_itself(std::uint64_t process, const InstanceDemand& demand) {
  return demand.file_descriptors && static_cast<std::int64_t>(process) == demand.file_descriptors->value;
}

Outcome compare(std::uint64_t process, const UnitProperties& unit, const InstanceDemand& demand, pid_t pid) {
  const auto limit = unit.limit_nofile;
  Detail detail;
  detail.observed = Measure(static_cast<std::int64_t>(process), "descriptors");
  detail.where.object = "/proc/" + std::to_string(pid) + "/limits";
  const bool infinite = limit == kUnlimited;
  if (!infinite)
    detail.expected = Expectation{Relation::equal, Measure(static_cast<std::int64_t>(limit), "descriptors")};
  const bool too_low = demand.file_descriptors && static_cast<std::int64_t>(process) < demand.file_descriptors->value;
  if (too_low && limit > process) {
    detail.why =
        "the process has less than it needs while its unit would give enough: restart it, a reload is not enough";
    return Fail{Severity::error, std::move(detail)};
  }
  if (infinite || process == limit || raised_itself(process, demand)) return Pass{std::move(detail)};
  if (process < limit) {
    detail.why = "the process has a lower limit than its unit now gives: changed since it was started, or capped";
    return Fail{Severity::warning, std::move(detail)};
  }
  detail.why = "the process has a higher limit than its unit now gives: the next start will have less";
  return Fail{Severity::info, std::move(detail)};
}

Outcome outcome_of(const InstanceDemand& demand, const Facts& facts) {
  const InstanceFacts& instance = *demand.instance;
  if (facts.host.kind == HostKind::tree) return NotApplicable{"offline tree"};
  const auto* head = instance.head();
  if (head == nullptr) return NotApplicable{"haproxy does not run"};
  if (!head->unit) return Unknown{head->unit.error()};
  if (head->unit->empty()) return NotApplicable{"the process belongs to no unit"};
  if (!instance.unit) return Unknown{instance.unit.error()};
  if (!head->nofile) return Unknown{head->nofile.error()};
  return compare(head->nofile->hard, *instance.unit, demand, head->pid);
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
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
