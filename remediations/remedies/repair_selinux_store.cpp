// SPDX-License-Identifier: Apache-2.0
// A commit of libsemanage that was killed leaves a store that it cannot open itself any more, or a policy for boot that
// is not the store's.
#include "remediations/remedy.h"
#include "remediations/selinux_aims.h"

namespace preflight::remedies {
namespace {

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto& about = finding.subject.text;
  if (!scene.facts.selinux || !scene.facts.selinux->config || !scene.facts.selinux->store)
    return for_a_person(about, "it cannot be looked at");
  const auto& store = *scene.facts.selinux->store;
  if (!store.active && !store.previous)
    return for_a_person(about, "neither it nor what it was before is there: restore it, or install the policy anew");
  return Aims{StoreAim{scene.facts.selinux->config->type}};
}

}  // namespace

extern constinit const Remedy repair_selinux_store{
    .id = "repair_selinux_store",
    .title = "Repair the store of the SELinux policy after a commit that was cut off",
    .rationale =
        "The store of before is moved back where there is none, and what the store holds is installed for boot. "
        "Nothing is thrown away that was committed.",
    .propose = propose,
};

}  // namespace preflight::remedies
