// SPDX-License-Identifier: Apache-2.0
// Messages of a run, on stderr and never among the results: one line each, printable, with a priority under systemd.
#pragma once

#include <cstdint>
#include <string_view>

namespace preflight::log {

/// Least important first.
enum class Level : std::uint8_t { debug, warning, error };

/// What is shown from here on; before this call: warnings and errors.
void show_from(Level least);

/// Any bytes; shown escaped. Connected to the journal, lines start with "<4>" and the like (sd-daemon(3)), which
/// journald turns into their priority: no library is linked for that, and nothing is lost where no journal runs.
void error(std::string_view message);
void warning(std::string_view message);
void debug(std::string_view message);

}  // namespace preflight::log
