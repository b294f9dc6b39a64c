// SPDX-License-Identifier: Apache-2.0
// The lines that begin with a dot: conditions on the lines below them, and messages of the configuration to its reader.
#pragma once

#include <cstdint>
#include <string_view>

#include "probes/haproxy/conditional_blocks.h"
#include "probes/haproxy/lexer.h"
#include "probes/haproxy/reading.h"

namespace preflight::haproxy {

/// What a line means for the lines after it.
enum class Next : std::uint8_t { line, end_of_file, abort };

class Directives {
 public:
  explicit Directives(Reading& reading) : reading_(reading) {}

  /// True when the lines here are left out.
  [[nodiscard]] bool dropped() const { return blocks_.dropped(); }
  Next read(const Line& line);
  /// `next` unless a block is still open: that ends the reading.
  Next end_file(Next next);

 private:
  Next read_condition(const Line& line);
  Next read_message(const Statement& line);
  Next obey(std::string_view objection, const Line& line);

  Reading& reading_;
  ConditionalBlocks blocks_;
};

}  // namespace preflight::haproxy
