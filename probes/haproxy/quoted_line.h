// SPDX-License-Identifier: Apache-2.0
// The lines that quote, escape or expand: quotes open and close in the middle of words, and their pieces join.
#pragma once

#include <string_view>

#include "probes/haproxy/lexer.h"

namespace preflight::haproxy {

/// Splits a line of any kind into `line`, whose words then reach into its storage.
void read_quoted(std::string_view text, const Place& place, const Environment& environment, const Dialect& dialect,
                 Line& line);

}  // namespace preflight::haproxy
