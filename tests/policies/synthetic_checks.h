// SPDX-License-Identifier: Apache-2.0
// A small catalog of its own, so that the tests of policy files and of assessment do not change with the real checks.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "policies/check.h"

namespace preflight::test {

inline constexpr std::array<Parameter, 2> kNofileParameters{{
    {"spare_percent", 10, 0, 100, "what stays free"},
    {"warn_percent", 80, 1, 100, "share of the limit in use"},
}};

/// What each synthetic check answers in the running test, and the parameter it saw.
struct Answers {
  Outcomes backlog;
  Outcomes nofile;
  Outcomes sysctls;
  std::int64_t warn_percent_seen = 0;
};
inline Answers& answers() {
  static Answers current;
  return current;
}

inline const Check kBacklog{.id = "backlog_is_long_enough",
                            .title = "backlog",
                            .rationale = "synthetic",
                            .advice = "none",
                            .severity = Severity::error,
                            .evaluate = [](const Case&) { return answers().backlog; }};
inline const Check kNofile{.id = "nofile_covers_maxconn",
                           .title = "nofile",
                           .rationale = "synthetic",
                           .advice = "none",
                           .severity = Severity::error,
                           .parameters = kNofileParameters,
                           .evaluate = [](const Case& c) {
                             answers().warn_percent_seen = c.settings.get(kNofileParameters[1]);
                             return answers().nofile;
                           }};
inline const Check kSysctls{.id = "sysctls_survive_boot",
                            .title = "sysctls",
                            .rationale = "synthetic",
                            .advice = "none",
                            .severity = Severity::warning,
                            .evaluate = [](const Case&) { return answers().sysctls; }};
inline constexpr std::array<const Check*, 3> kSyntheticChecks{&kBacklog, &kNofile, &kSysctls};

}  // namespace preflight::test
