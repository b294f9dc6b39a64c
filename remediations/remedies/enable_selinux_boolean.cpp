// SPDX-License-Identifier: Apache-2.0
// The last resort: a boolean switches on a whole set of rules, of which haproxy_connect_any lets haproxy bind every
// port too. Which one cures a denial is found by trying it on the policy, not by its name.
#include "remediations/remedy.h"
#include "remediations/selinux_aims.h"

namespace preflight::remedies {
namespace {

constexpr std::string_view kKind = "boolean:";

/// What runs now is needed, and boot would take it away: it is kept.
Result<Aims> keep_running(std::string_view name, const Facts& facts) {
  const auto& loaded = facts.selinux->loaded;
  if (!loaded) return tl::make_unexpected(loaded.error());
  const auto found = loaded->booleans.find(name);
  if (found == loaded->booleans.end()) return for_a_person(std::string(name), "is no boolean of the loaded policy");
  return Aims{BooleanAim{std::string(name), found->second}};
}

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto store = store_to_change(finding, scene.facts);
  if (!store) return tl::make_unexpected(store.error());
  const std::string_view about = finding.subject.text;
  if (about.starts_with(kKind)) return keep_running(about.substr(kKind.size()), scene.facts);
  Aims aims;
  for (const auto& proof : denials_of(finding, scene)) {
    if (proof.booleans.empty())
      return for_a_person(std::string(about), "no boolean alone allows it: it takes a policy module");
    aims.push_back(boolean_aim(proof, proof.booleans.front()));
  }
  if (aims.empty()) return for_a_person(std::string(about), "no boolean stands against it");
  return aims;
}

}  // namespace

extern constinit const Remedy enable_selinux_boolean{
    .id = "enable_selinux_boolean",
    .title = "Set a boolean of the SELinux policy, now and for the next boot",
    .rationale =
        "Of the booleans that would each allow what is denied the one that allows least besides, or one that is needed "
        "for something else in any case; what else it allows, the plan says. It is taken only where no label cures, or "
        "where it is asked for by name.",
    .propose = propose,
};

}  // namespace preflight::remedies
