// SPDX-License-Identifier: Apache-2.0
// One function a verb; each prints what it has to say and returns the exit code.
#pragma once

#include <string_view>

#include "agent/cli/options.h"
#include "probes/base/result.h"

namespace preflight::cli {

/// Whichever `options` name, with messages as loud as they ask.
[[nodiscard]] int run_verb(const Options& options);

[[nodiscard]] int run_check(const Options& options);
[[nodiscard]] int run_plan(const Options& options);
[[nodiscard]] int run_apply(const Options& options);
[[nodiscard]] int run_revert(const Options& options);
[[nodiscard]] int run_recover(const Options& options);
[[nodiscard]] int run_confirm(const Options& options);
[[nodiscard]] int run_history(const Options& options);
[[nodiscard]] int run_why(const Options& options);
[[nodiscard]] int run_facts(const Options& options);
[[nodiscard]] int run_record(const Options& options);
[[nodiscard]] int run_explain(const Options& options);
[[nodiscard]] int run_list(const Options& options);

/// Writes a result to stdout; `exit_code` when all of it was taken, else 3 with a message: what was not told is not
/// known to the reader.
[[nodiscard]] int deliver(std::string_view result, int exit_code = 0);
/// The same for a result that was written already, or could not be.
[[nodiscard]] int deliver(const Result<void>& written, int exit_code);

}  // namespace preflight::cli
