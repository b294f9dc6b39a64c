// SPDX-License-Identifier: Apache-2.0
// The names that begin a section, by version: any line whose first word is one of them begins it.
#pragma once

#include <cstdint>
#include <string_view>

#include "probes/haproxy/binary.h"

namespace preflight::haproxy {

enum class SectionKind : std::uint8_t {
  none,
  global,
  proxy,
  peers,
  log_forward,
  resolvers,
  mailers,
  program,
  ring,
  certificate_store,
  other,  // nothing in it bears on the host
};

struct Section {
  std::string_view name;
  SectionKind kind = SectionKind::other;
  Version since{};    // 0.0: older than any version we know
  Version removed{};  // 0.0: never
};

/// Null when the word begins no section in any version.
[[nodiscard]] const Section* find_section(std::string_view word);

/// Whether this binary knows the section; true when the binary is not known.
[[nodiscard]] bool is_registered(const Section& section, const BinaryFacts* binary);

}  // namespace preflight::haproxy
