// SPDX-License-Identifier: Apache-2.0
// One boolean after the other is taken out, if each denial that it was for is left another one.
#include "remediations/fewest_booleans.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "remediations/selinux_aims.h"

namespace preflight {
namespace {

using Names = std::set<std::string, std::less<>>;

/// A denial, and the aim that cures it.
struct Denial {
  PortProof proof;
  BooleanAim* aim = nullptr;
};

/// The remedy gives each denial of its finding one boolean, in their order.
std::vector<Denial> denials_with_booleans(std::vector<Wish>& granted, const Case& scene) {
  std::vector<Denial> found;
  for (auto& wish : granted) {
    if (wish.aims.empty() || !std::holds_alternative<BooleanAim>(wish.aims.front())) continue;
    auto proofs = denials_of(*wish.finding, scene);
    if (proofs.size() != wish.aims.size()) continue;
    for (std::size_t i = 0; i < proofs.size(); ++i) {
      auto* const boolean = std::get_if<BooleanAim>(&wish.aims[i]);
      if (boolean != nullptr) found.push_back({std::move(proofs[i]), boolean});
    }
  }
  return found;
}

/// The first of the cures that is among these; nullptr: none is.
const BooleanCure* cure_among(const PortProof& proof, const Names& names) {
  const auto found = std::find_if(proof.booleans.begin(), proof.booleans.end(),
                                  [&](const BooleanCure& cure) { return names.contains(cure.name); });
  return found == proof.booleans.end() ? nullptr : &*found;
}

}  // namespace

void keep_fewest_booleans(std::vector<Wish>& granted, const Case& scene) {
  const auto denials = denials_with_booleans(granted, scene);
  Names kept;
  for (const auto& denial : denials) kept.insert(denial.aim->name);
  for (const auto& name : Names(kept)) {
    auto others = kept;
    others.erase(name);
    const bool spare = std::all_of(denials.begin(), denials.end(),
                                   [&](const Denial& denial) { return cure_among(denial.proof, others) != nullptr; });
    if (spare) kept = std::move(others);
  }
  for (const auto& denial : denials) {
    if (!kept.contains(denial.aim->name)) *denial.aim = boolean_aim(denial.proof, *cure_among(denial.proof, kept));
  }
}

}  // namespace preflight
