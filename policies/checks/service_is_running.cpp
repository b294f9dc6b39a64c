// SPDX-License-Identifier: Apache-2.0
// A load balancer that is installed but not running balances nothing; one that is running but not enabled is gone after
// the next boot.
#include "policies/check.h"

namespace preflight::checks {
namespace {

using haproxy::InstanceFacts;
using haproxy::UnitSource;

constexpr Need kNeeds[] = {Need::unit};
constexpr std::string_view kReferences[] = {"systemctl(1), is-enabled", "systemd.unit(5)"};

bool enabled(const UnitProperties& unit) {
  return unit.unit_file_state == "enabled" || unit.unit_file_state == "enabled-runtime" ||
         unit.unit_file_state == "static" || unit.unit_file_state == "generated";
}

Fail failure(Severity severity, std::string why, const UnitProperties& unit) {
  Detail detail;
  detail.observed = Measure(unit.active_state + " and " + unit.unit_file_state);
  detail.expected = Expectation{Relation::equal, Measure(std::string("active and enabled"))};
  detail.why = std::move(why);
  detail.where.object = unit.name;
  if (!unit.result.empty() && unit.result != "success") detail.evidence.push_back("result: " + unit.result);
  return {severity, std::move(detail)};
}

/// As systemd tells it. Configurations get long, so a start of minutes is not a failure; one after another is.
Outcome judge(const UnitProperties& unit, bool candidate) {
  const bool starting = unit.active_state == "activating";
  const bool again_and_again = starting && !unit.result.empty() && unit.result != "success";
  if (unit.active_state == "failed" || again_and_again) {
    return failure(Severity::error, "the service has failed", unit);
  }
  const bool active = starting || unit.active_state == "active" || unit.active_state == "reloading";
  if (active && enabled(unit)) return Pass{};
  if (active) {
    return failure(Severity::warning, "the service runs but is not enabled: the next boot will not start it", unit);
  }
  if (!enabled(unit)) {
    return failure(Severity::warning, "haproxy is installed but its service is not enabled", unit);
  }
  if (candidate) {
    return failure(Severity::info, "the service is stopped: a new host, as long as its configuration is tried", unit);
  }
  if (!unit.start_attempted.value_or(true)) {
    return failure(Severity::info, "the service is stopped: a new host, where nobody has started it since the boot",
                   unit);
  }
  return failure(Severity::error, "the service is enabled but not running", unit);
}

/// Where systemd knows no unit of it, the processes are all there is to see.
Outcome judge_processes(const InstanceFacts& instance, const Facts& facts) {
  if (instance.running()) return Pass{};
  if (!facts.blind_spots.empty()) return Unknown{facts.blind_spots.front()};
  Detail detail;
  detail.observed = Measure(std::string("no process"));
  detail.why = facts.host.systemd ? "haproxy is installed, but systemd has no service that would start it"
                                  : "haproxy does not run, and no systemd runs here that would start it";
  detail.where.object = instance.name;
  return Fail{facts.host.systemd ? Severity::warning : Severity::info, std::move(detail)};
}

bool missing(const Error& error) { return error.code == std::errc::no_such_file_or_directory; }

Outcome outcome_of(const InstanceFacts& instance, const Facts& facts) {
  if (facts.host.kind == HostKind::tree) return Unknown{offline_tree(instance.name)};
  const auto& unit = instance.unit;
  if (unit && instance.unit_source == UnitSource::systemd && unit->load_state != "not-found") {
    return judge(*unit, instance.source == haproxy::ConfigSource::named);
  }
  if (!instance.running() && !instance.binary && missing(instance.binary.error())) {
    return NotApplicable{"haproxy is not installed"};
  }
  if (!unit && !missing(unit.error())) return Unknown{unit.error()};
  return judge_processes(instance, facts);
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes;
  for (const auto& instance : c.facts.instances) {
    outcomes.push_back({subject::unit(instance.name), outcome_of(instance, c.facts)});
  }
  return outcomes;
}

}  // namespace

extern constinit const Check service_is_running{
    .id = "service_is_running",
    .title = "The haproxy service runs now and after a boot",
    .rationale =
        "A service that has failed, or that is enabled and dead, carries no traffic; one that runs without "
        "being enabled is gone after the next boot.",
    .advice = "Look at `systemctl status` and the journal of the unit; enable it if this host is to balance load.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
