// SPDX-License-Identifier: Apache-2.0
// How a report says things to people: numbers with their nouns, arithmetic with its sources, places to open.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policies/check.h"
#include "policies/demand_difference.h"

namespace preflight::text {

/// "1 error", "2 errors".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

/// The measure's own words, else its number and unit.
[[nodiscard]] std::string words_of(const Measure& measure);

/// "at least 65,535 connections".
[[nodiscard]] std::string words_of(const Expectation& expectation);

/// "descriptors: 200,042 -> 400,042".
[[nodiscard]] std::string words_of(const DemandDifference& difference);

/// "2 x 100,000 maxconn (haproxy.cfg:4) + 10 reserved + 3 binds", at most a dozen terms.
[[nodiscard]] std::string arithmetic(const std::vector<Term>& terms);

/// What there is to say of a failure: its own sentence, else the check's title turned round.
[[nodiscard]] std::string sentence(const Check& check, const Detail& detail);

/// "is 4,096, should be at least 65,535"; empty where the sentence holds both already.
[[nodiscard]] std::string comparison(const Detail& detail);

/// The file and line, else the object; empty when neither is known.
[[nodiscard]] std::string place(const Where& where);

/// Whether a reader of `told` already knows which subject is meant.
[[nodiscard]] bool names_subject(std::string_view told, const Subject& subject);

/// "Debian GNU/Linux 12 (bookworm)" -> "Debian 12".
[[nodiscard]] std::string short_system(std::string_view system);

}  // namespace preflight::text
