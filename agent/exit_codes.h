// SPDX-License-Identifier: Apache-2.0
// What a run ends with; the manual lists them.
#pragma once

namespace preflight {

inline constexpr int kFindings = 1;    // at or above --fail-on
inline constexpr int kUsage = 2;       // nothing was examined or changed
inline constexpr int kIncomplete = 3;  // something that matters could not be looked at, or told
inline constexpr int kRolledBack = 4;  // the host is as before
inline constexpr int kTorn = 5;        // the host is between two states
inline constexpr int kRefused = 6;     // nothing was changed

}  // namespace preflight
