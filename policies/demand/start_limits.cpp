// SPDX-License-Identifier: Apache-2.0
// Who starts haproxy decides its limits: the process itself where it runs, else the unit clamped at fs.nr_open.
#include "policies/demand/start_limits.h"

#include <algorithm>

#include "probes/haproxy/service_user.h"

namespace preflight {
namespace {

/// A service is started by the manager, whose capabilities are bounded like ours: in a container both lack the same.
Result<bool> unit_may_raise(const UnitProperties& unit, const Facts& facts) {
  if (!haproxy::starts_as_root(unit)) return false;
  return holds(unit.capability_bounding_set & facts.host.capabilities.bounding, kCapSysResource);
}

/// A process that dropped root at start had raised its limits before: its own capabilities are then gone, and the
/// unit, or else the bounding set that it kept, tells what it was started with.
Result<bool> process_may_raise(const haproxy::InstanceFacts& instance, const Facts& facts) {
  const ProcessFacts& head = *instance.head();
  if (!head.capabilities) return tl::make_unexpected(head.capabilities.error());
  if (holds(head.capabilities->permitted, kCapSysResource)) return true;
  if (head.uid == 0) return false;
  if (instance.unit) return unit_may_raise(*instance.unit, facts);
  return haproxy::dropped_root(instance) && holds(head.capabilities->bounding, kCapSysResource);
}

/// Whether the hard limit was above that.
bool cut(Limits& limits, std::uint64_t at) {
  const bool above = limits.hard > at;
  limits.hard = std::min(limits.hard, at);
  limits.soft = std::min(limits.soft, limits.hard);
  return above;
}

}  // namespace

Result<GivenAtStart> given_at_start(Limits asked, const Facts& facts) {
  GivenAtStart given{.limits = asked};
  if (const auto nr_open = facts.sysctls.integer("fs.nr_open"); nr_open && *nr_open > 0) {
    cut(given.limits, static_cast<std::uint64_t>(*nr_open));
  }
  if (const auto& manager = facts.host.manager_nofile; manager) {
    if (!*manager) return tl::make_unexpected(manager->error());
    given.cut_at_manager = cut(given.limits, (*manager)->hard);
  }
  return given;
}

Result<StartLimits> start_limits(const haproxy::InstanceFacts& instance, const Facts& facts) {
  if (const ProcessFacts* head = instance.head(); head != nullptr) {
    if (!head->nofile) return tl::make_unexpected(head->nofile.error());
    return StartLimits{*head->nofile, process_may_raise(instance, facts), "process " + std::to_string(head->pid)};
  }
  if (!instance.unit || instance.unit->load_state == "not-found") {
    return fail(std::errc::no_such_file_or_directory, "LimitNOFILE",
                "haproxy does not run and no unit tells its limits" +
                    (instance.unit ? std::string() : " (" + describe(instance.unit.error()) + ")"));
  }
  const bool live = instance.unit_source == haproxy::UnitSource::systemd;
  std::string source = live ? instance.unit->name : instance.unit->fragment_path;
  const auto given = given_at_start({instance.unit->limit_nofile_soft, instance.unit->limit_nofile}, facts);
  if (!given) return tl::make_unexpected(given.error());
  if (given->cut_at_manager) source += " (cut at the limit of systemd itself)";
  return StartLimits{given->limits, unit_may_raise(*instance.unit, facts), std::move(source)};
}

}  // namespace preflight
