// SPDX-License-Identifier: Apache-2.0
// "What if": the same host with other numbers, judged before anybody changes anything. Pure: facts in, facts out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "policies/demand.h"
#include "probes/facts.h"
#include "probes/linux/sysctl.h"

namespace preflight {

/// What may be supposed to be different.
enum class Supposed : std::uint8_t { maxconn, nbthread, servers, nofile, somaxconn, port_range, conntrack_max };

/// How the number is meant.
enum class AmountKind : std::uint8_t {
  exact,    // 200000
  more,     // +2, -1
  percent,  // +50%, -10%
};

struct Supposition {
  Supposed what{};
  AmountKind kind = AmountKind::exact;
  std::int64_t amount = 0;
  PortRange range{};         // of port_range
  std::uint32_t column = 0;  // where it stands in the text, from 1
};

/// "maxconn=200000,servers=+2", understood.
struct WhatIf {
  std::string text;
  std::vector<Supposition> suppositions;
  [[nodiscard]] bool empty() const { return suppositions.empty(); }
};

/// One name of the grammar, as help and manual tell it.
struct SuppositionSpec {
  Supposed what{};
  std::string_view name;
  std::string_view takes;    // "N, +N, -N, +N% or -N%"
  std::string_view meaning;  // what is supposed to be so
};
[[nodiscard]] std::span<const SuppositionSpec> supposition_specs();

/// Reads the text strictly; the error is a sentence that names the nearest name or the values that are taken.
[[nodiscard]] tl::expected<WhatIf, std::string> parse_what_if(std::string_view text);

/// The facts as they would be after a restart of haproxy with these numbers; origins name the text as their file.
/// `servers=+2` gives every backend two more servers like its last active one, each at an address of its own;
/// `servers=-1` takes the last ones away, down to one. An error where a number relative to an unknown one is asked for.
[[nodiscard]] Result<Facts> suppose(const WhatIf& what_if, const Facts& facts);

}  // namespace preflight
