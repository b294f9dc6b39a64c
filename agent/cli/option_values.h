// SPDX-License-Identifier: Apache-2.0
// What the words of the command line and of the environment mean, and the sentences for those that mean nothing.
#pragma once

#include <string>
#include <string_view>

#include "agent/cli/arguments.h"

namespace preflight::cli {

/// The values behind the options, the environment's where an option was not given.
[[nodiscard]] Understood<Options> read_values(const VerbSpec& verb, const Arguments& arguments, Checks checks);

/// A word of the user's in quotes: printable, and shortened so that the sentence stays one line.
[[nodiscard]] std::string quoted(std::string_view word);

/// "unknown option '--formt'; did you mean '--format'?"
[[nodiscard]] std::string unknown_option(std::string_view word);
/// "unknown verb 'chek'; did you mean 'check'?"
[[nodiscard]] std::string unknown_verb(std::string_view word);

}  // namespace preflight::cli
