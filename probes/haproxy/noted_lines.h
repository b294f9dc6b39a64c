// SPDX-License-Identifier: Apache-2.0
// Lines from which no demand follows, but of which there is something to say: haproxy refuses, ignores or has renamed
// what guides of ten years ago still recommend. What to say is a matter of policy; here they are only kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "probes/haproxy/config.h"
#include "probes/haproxy/reading.h"

namespace preflight::haproxy {

/// Whether a line of a section that began with `section` is to be kept.
[[nodiscard]] bool is_noted(std::string_view section, const Statement& line);

/// At most three words, printable and not long: "option forceclose", "no option http-use-htx".
[[nodiscard]] std::string first_words(const Statement& line);

/// Keeps it, as far as there is room.
void note_line(Reading& reading, std::string_view section, const Statement& line);

/// What is missing from a line when a variable at `column` has no value.
[[nodiscard]] Gap gap_at(const Statement& line, std::uint32_t column);

}  // namespace preflight::haproxy
