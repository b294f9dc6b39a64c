// SPDX-License-Identifier: Apache-2.0
// Environment files and the variables of ExecStart as systemd reads them (systemd.exec(5), systemd.service(5)).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace preflight {

using Variables = std::map<std::string, std::string, std::less<>>;

/// The assignments of an EnvironmentFile: lines that begin with '#' or ';' are comments, quotes of both kinds and
/// backslashes as systemd has them. A line that is no assignment, or whose name is none, is left out, as systemd does.
[[nodiscard]] Variables parse_environment_file(std::string_view text);

/// argv with its variables replaced: "${NAME}" gives one word's text whatever it holds, a word "$NAME" gives as many
/// words as the value has (none, if it is empty), "$$" gives "$". An unknown name is empty. The program itself, the
/// first word, is not expanded.
[[nodiscard]] std::vector<std::string> expand_exec(const std::vector<std::string>& arguments,
                                                   const Variables& environment);

/// Splits a line at blanks with systemd's quotes and C escapes (extract_first_word); words after an unclosed quote are
/// left out.
[[nodiscard]] std::vector<std::string> split_quoted(std::string_view line);

}  // namespace preflight
