// SPDX-License-Identifier: Apache-2.0
// From findings to changes. What comes of it is looked at on a supposed host before it is promised.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "policies/assess.h"
#include "policies/check.h"
#include "remediations/goals.h"
#include "remediations/host/host.h"
#include "remediations/plan.h"
#include "remediations/remedy.h"

namespace preflight {

/// A finding, and what its remedy wants.
struct Wish {
  const CheckResult* finding = nullptr;
  const Remedy* remedy = nullptr;
  Aims aims;
};

/// The findings of a run, by what can be done about them.
struct Wishes {
  std::vector<Wish> granted;
  std::vector<Uncured> uncured;
};

/// Findings of warning and error that are not waived; infos of the checks that `named` names, or whose remedy, too. A
/// remedy that is named comes before the one that would be tried first.
[[nodiscard]] Wishes wishes_of(const Assessment& assessment, const Case& scene,
                               const std::set<std::string, std::less<>>& named);

/// Takes a wish back, for a reason; what is left of it.
Uncured& refuse(Wishes& wishes, std::size_t index, const std::string& reason, std::vector<std::string> todo = {});

/// The changes that make all granted wishes true, each where it is not true already. An error where one of our own
/// files cannot be read.
[[nodiscard]] Result<std::vector<Step>> steps_for(const Wishes& wishes, const Case& scene, const Host& host,
                                                  bool allow_restart);

/// The finding as the plan keeps it.
[[nodiscard]] Uncured uncured(const CheckResult& finding, std::string reason, std::vector<std::string> todo);

}  // namespace preflight
