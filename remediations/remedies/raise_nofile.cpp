// SPDX-License-Identifier: Apache-2.0
// LimitNOFILE= in a drop-in of the unit; beyond fs.nr_open systemd could not give it.
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

std::string written_in(const haproxy::Origin& origin) {
  return origin.text() + " says so: haproxy.cfg is for you to change";
}

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto& failure = std::get<Fail>(finding.outcome);
  const auto& about = finding.subject.text;
  if (failure.detail.where.origin.written()) return for_a_person(about, written_in(failure.detail.where.origin));
  const auto need = least_of(failure);
  if (!need)
    return for_a_person(about, "descriptors are in use that maxconn should have bounded: look for what holds them");
  const auto* const instance = instance_of(finding, scene);
  if (instance == nullptr || !instance->unit)
    return for_a_person(about, "no unit starts it: raise the limit (ulimit -n) where it is started");
  const auto rounded = (*need + kStep - 1) / kStep * kStep;
  return Aims{SettingAim{std::string(kNrOpen), std::to_string(rounded)},
              LimitAim{instance->unit->name, static_cast<std::uint64_t>(rounded)}};
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
