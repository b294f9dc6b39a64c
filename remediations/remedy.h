// SPDX-License-Identifier: Apache-2.0
// What a remedy is: a declared cure, and a pure function from a finding to what should be true of the host.
#pragma once

#include <span>
#include <string_view>

#include "policies/assess.h"
#include "policies/check.h"
#include "probes/base/result.h"
#include "remediations/aim.h"
#include "remediations/plan.h"

namespace preflight {

struct Remedy {
  std::string_view id;  // a verb phrase
  std::string_view title;
  std::string_view rationale;
  Tier tier = Tier::safe;
  Effective effective = Effective::at_once;
  /// An error says why this finding is for a person, and what that person does.
  Result<Aims> (*propose)(const CheckResult& finding, const Case& scene) = nullptr;
  std::string_view otherwise{};  // the remedy to try where this one is for a person
};

/// All remedies, by id; the table is generated from the folder remediations/remedies.
[[nodiscard]] std::span<const Remedy* const> all_remedies();

/// The remedy of that id, or nullptr.
[[nodiscard]] const Remedy* find_remedy(std::string_view id);

/// Whether a remedy is that check's: the one it names, or what is tried where that one is for a person.
[[nodiscard]] bool cures(const Remedy& remedy, const Check& check);

/// That a person has to decide, and what; `about` is the object of the sentence.
[[nodiscard]] tl::unexpected<Error> for_a_person(const std::string& about, const std::string& sentence);

/// Whether it is such an error; any other one says what could not be looked at.
[[nodiscard]] bool is_for_a_person(const Error& error);

/// Restarts of what a finding is about: that instance, or every running one where it is about none. An error where
/// none of them is a unit's.
[[nodiscard]] Result<Aims> restarts_of(const CheckResult& finding, const Facts& facts);

/// "net.core.somaxconn" of "sysctl:net.core.somaxconn"; empty for another kind of subject.
[[nodiscard]] std::string_view key_of(const Subject& subject);

/// The number a finding asks for at least, or nothing.
[[nodiscard]] std::optional<std::int64_t> least_of(const Fail& failure);

}  // namespace preflight
