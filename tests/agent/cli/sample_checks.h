// SPDX-License-Identifier: Apache-2.0
// A catalog of two, so that the command line's tests do not change with every new check.
#pragma once

#include <array>

#include "policies/check.h"

namespace preflight::test {

inline constexpr std::string_view kReferences[] = {"listen(2)"};
inline constexpr std::string_view kSysctls[] = {"net.core.somaxconn"};
inline constexpr Need kFactNeeds[] = {Need::listeners};
inline constexpr Parameter kParameters[] = {{"warn_percent", 80, 1, 100, "share of the limit in use"}};

inline constexpr Check kNofile{
    .id = "nofile_covers_maxconn",
    .title = "HAProxy may open as many descriptors as it needs",
    .rationale = ".nofile is a hostile beginning of a line. The backslash \\n is one too.",
    .advice = "",
    .severity = Severity::warning,
};
inline constexpr Check kSomaxconn{
    .id = "somaxconn_covers_backlog",
    .title = "The accept queue is as long as haproxy.cfg asks",
    .rationale =
        "listen(2) truncates the backlog to net.core.somaxconn without an error, so a burst of connections is "
        "dropped although the configuration looks right.",
    .advice = "Raise net.core.somaxconn.",
    .severity = Severity::error,
    .needs = {kFactNeeds, kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .remedy = "raise_sysctl",
};

inline constexpr std::array<const Check*, 2> kChecks = {&kNofile, &kSomaxconn};

}  // namespace preflight::test
