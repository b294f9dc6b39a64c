// SPDX-License-Identifier: Apache-2.0
// The text of --help: 80 columns, grouped, examples first.
#pragma once

#include <string>

#include "agent/cli/option_tree.h"

namespace preflight::cli {

/// Of the program: examples, verbs, and the options of `check`.
[[nodiscard]] std::string help();

/// Of one verb.
[[nodiscard]] std::string help(Verb verb);

}  // namespace preflight::cli
