// SPDX-License-Identifier: Apache-2.0
// Collects the words of one line from pieces. Before 3.2 a blank began a new word at once, so a blank after the 64th
// word is one word too many; since 3.2 only a character or a quote begins one.
#pragma once

#include <array>
#include <string_view>

#include "probes/haproxy/lexer.h"

namespace preflight::haproxy {

class WordBuilder {
 public:
  WordBuilder(Line& line, const Dialect& dialect);

  /// The current word exists even if nothing is put into it.
  void touch(std::uint32_t column);
  void put(std::string_view piece, std::uint32_t column);
  /// A blank outside of quotes; `column` is where a next word would begin.
  void separate(std::uint32_t column);
  /// Makes the views; nothing may be put afterwards.
  void finish();

 private:
  void open(std::uint32_t column);

  struct Start {
    std::size_t offset = 0;
    std::uint32_t column = 0;
  };
  Line& line_;
  bool blanks_only_split_;
  std::array<Start, kWordLimit> starts_{};
  std::size_t count_ = 0;
  bool open_ = false;
};

}  // namespace preflight::haproxy
