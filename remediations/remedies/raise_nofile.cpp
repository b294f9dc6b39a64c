// SPDX-License-Identifier: Apache-2.0
// LimitNOFILE= in a drop-in of the unit; beyond fs.nr_open systemd could not give it.
#include <algorithm>
#include <cstdint>

#include "policies/demand/start_limits.h"
#include "remediations/remedy.h"

namespace preflight::remedies {
namespace {

constexpr std::string_view kNrOpen = "fs.nr_open";
/// Room for a few more binds and servers before the next restart.
constexpr std::int64_t kStep = 1024;

const haproxy::InstanceFacts* instance_of(const CheckResult& finding, const Case& scene) {
  for (const auto& instance : scene.facts.instances) {
    if (finding.subject == subject::instance(instance.name)) return &instance;
  }
  return nullptr;
}

/// A line of the unit's own files is what the drop-in stands over.
bool is_of_the_unit(const haproxy::Origin& origin, const haproxy::InstanceFacts* instance) {
  if (instance == nullptr || !instance->unit_limit || !instance->unit_limit->at_boot) return false;
  const auto& lines = instance->unit_limit->at_boot->lines;
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.file == *origin.file; });
}

/// What the next start would get as things are now: a drop-in that sorts last must not take any of it away.
std::int64_t given_now(const UnitProperties& unit, const Facts& facts) {
  const auto given = given_at_start({unit.limit_nofile_soft, unit.limit_nofile}, facts);
  return given ? static_cast<std::int64_t>(std::min<std::uint64_t>(given->limits.hard, INT64_MAX)) : 0;
}

std::string written_in(const haproxy::Origin& origin) {
  return origin.text() + " says so: haproxy.cfg is for you to change";
}

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto& failure = std::get<Fail>(finding.outcome);
  const auto& about = finding.subject.text;
  const auto& origin = failure.detail.where.origin;
  const auto* const instance = instance_of(finding, scene);
  if (origin.written() && !is_of_the_unit(origin, instance)) return for_a_person(about, written_in(origin));
  const auto need = least_of(failure);
  if (!need && failure.detail.expected)
    return for_a_person(about, "descriptors are in use that maxconn should have bounded: look for what holds them");
  if (!need) return for_a_person(about, failure.detail.why);
  if (instance == nullptr || !instance->unit)
    return for_a_person(about, "no unit starts it: raise the limit (ulimit -n) where it is started");
  const auto rounded = (*need + kStep - 1) / kStep * kStep;
  const auto limit = std::max(rounded, given_now(*instance->unit, scene.facts));
  return Aims{SettingAim{std::string(kNrOpen), std::to_string(limit)},
              LimitAim{instance->unit->name, static_cast<std::uint64_t>(limit)}};
}

}  // namespace

extern constinit const Remedy raise_nofile{
    .id = "raise_nofile",
    .title = "Raise LimitNOFILE of the service",
    .rationale =
        "A drop-in whose name sorts last gives the service the descriptors its maxconn needs; systemd gives them at "
        "the next restart, a reload keeps the old limit.",
    .effective = Effective::restart,
    .propose = propose,
};

}  // namespace preflight::remedies
