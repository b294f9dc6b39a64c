// SPDX-License-Identifier: Apache-2.0
// A number of the kernel that is too small is raised to what the configuration asks for; what is enough now is kept at
// the next boot.
#include "policies/sysctl_demand.h"
#include "probes/base/text.h"
#include "remediations/remedy.h"

namespace preflight::remedies {
namespace {

/// What runs now is enough, and boot would take it away: it is written down.
Result<Aims> keep_running(std::string_view key, const Case& scene) {
  auto now = SysctlDemand(scene).running(key);
  if (!now) return tl::make_unexpected(now.error());
  const bool number = parse_integer(*now).has_value();
  return Aims{SettingAim{std::string(key), std::move(*now), number ? AimRule::at_least : AimRule::exactly}};
}

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto& failure = std::get<Fail>(finding.outcome);
  const auto key = key_of(finding.subject);
  if (key.empty()) return restarts_of(finding, scene.facts);  // the setting is right, the queue was made before
  if (const auto least = least_of(failure)) return Aims{SettingAim{std::string(key), std::to_string(*least)}};
  return keep_running(key, scene);
}

}  // namespace

extern constinit const Remedy raise_sysctl{
    .id = "raise_sysctl",
    .title = "Raise a kernel setting, now and for the next boot",
    .rationale =
        "The running value serves what starts from now on; the file makes the next boot bring it too. A value that is "
        "higher already is left alone.",
    .effective = Effective::restart,
    .propose = propose,
};

}  // namespace preflight::remedies
