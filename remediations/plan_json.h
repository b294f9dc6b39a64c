// SPDX-License-Identifier: Apache-2.0
// A plan as a document: what `plan --format json` prints, `plan -o` saves, `apply` reads back and the journal keeps.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "probes/base/result.h"
#include "remediations/plan.h"

namespace preflight {

inline constexpr std::string_view kPlanSchema = "lbpreflight.plan/1";

/// With its digest, which is of everything else in it.
[[nodiscard]] nlohmann::ordered_json plan_document(const Plan& plan);

/// The part of it that says what no change cures.
[[nodiscard]] nlohmann::ordered_json uncured_document(const std::vector<Uncured>& uncured);

/// bad_message, naming the place, for anything that plan_document() does not write, and where the digest differs.
[[nodiscard]] Result<Plan> read_plan_document(const nlohmann::ordered_json& document);

/// The same of a file's bytes; `name` is for the words of an error.
[[nodiscard]] Result<Plan> read_plan(std::string_view text, const std::string& name);

/// "sha256:...": what a person compares.
[[nodiscard]] std::string plan_digest(const Plan& plan);

}  // namespace preflight
