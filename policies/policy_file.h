// SPDX-License-Identifier: Apache-2.0
// Policy files: TOML, checked against the declared checks and parameters before anything is read of the host.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/catalog.h"
#include "policies/policy.h"
#include "probes/base/result.h"

namespace preflight {

/// One policy file's text. The floor below hands it over: a policy reads no files.
struct PolicyText {
  std::string path;
  std::string content;
};

/// A policy larger than this is refused unread.
inline constexpr std::size_t kPolicyLimit = std::size_t{1024} * 1024;

/// Tables, arrays or dotted keys nested deeper than this are refused before they are parsed.
inline constexpr std::size_t kPolicyDepth = 16;

/// The text of policies/default.toml, which comes first in every policy and is the example to copy.
[[nodiscard]] std::string_view builtin_policy();

/// The built-in policy (policies/default.toml), then `files` in order: per key the last wins, waivers add up. Any
/// unknown table, key or check, wrong type, bad date, missing field or duplicate (check, subject) is an error whose
/// object is "file:line:column" and whose reason names the nearest known name. A cap above what its check reports is
/// refused too: a policy can lower a severity, never raise it.
[[nodiscard]] Result<Policy> load_policy(const std::vector<PolicyText>& files,
                                         std::span<const Check* const> catalog = all_checks());

}  // namespace preflight
