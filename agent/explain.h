// SPDX-License-Identifier: Apache-2.0
// The page of one check and the table of all: what the program knows must be readable on a host without a network.
#pragma once

#include <span>
#include <string>

#include "policies/check.h"

namespace preflight {

/// One check in words: why it matters, what it reads, its numbers, references and how to waive it.
[[nodiscard]] std::string explain(const Check& check);

/// The ladder in words: its limits, how they are counted, and what may be supposed to be different.
[[nodiscard]] std::string explain_ladder();
/// Its paragraphs, for the manual too.
[[nodiscard]] std::string_view ladder_introduction();
[[nodiscard]] std::string_view ladder_counting();
[[nodiscard]] std::string_view what_if_semantics();

/// A table: id, severity and title, one line a check.
[[nodiscard]] std::string list_checks(std::span<const Check* const> checks);

/// "the listening sockets", as part of a sentence.
[[nodiscard]] std::string_view describe(Need need);

}  // namespace preflight
