// SPDX-License-Identifier: Apache-2.0
// Words from pieces: offsets while the storage grows, views when it is complete.
#include "probes/haproxy/word_builder.h"

namespace preflight::haproxy {
namespace {

/// A line of many megabytes is rare: its buffer is not kept for the lines after it.
constexpr std::size_t kKeptCapacity = std::size_t{1024} * 1024;

}  // namespace

WordBuilder::WordBuilder(Line& line, const Dialect& dialect)
    : line_(line), blanks_only_split_(dialect.blanks_only_split) {
  line_.storage.clear();
  if (line_.storage.capacity() > kKeptCapacity) line_.storage.shrink_to_fit();
}

void WordBuilder::open(std::uint32_t column) {
  open_ = true;
  if (count_ == kWordLimit) {
    line_.fault = LexicalFault::too_many_words;
    line_.fault_column = column;
    return;
  }
  starts_[count_++] = {line_.storage.size(), column};
}

void WordBuilder::touch(std::uint32_t column) {
  if (!open_) open(column);
}

void WordBuilder::put(std::string_view piece, std::uint32_t column) {
  touch(column);
  line_.storage += piece;
}

void WordBuilder::separate(std::uint32_t column) {
  if (!blanks_only_split_) touch(column);
  open_ = false;
  if (!blanks_only_split_) open(column);
}

void WordBuilder::finish() {
  const std::string_view storage = line_.storage;
  line_.count = kWordLimit;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::size_t end = i + 1 < count_ ? starts_[i + 1].offset : storage.size();
    std::string_view text = storage.substr(starts_[i].offset, end - starts_[i].offset);
    text = text.substr(0, text.find('\0'));  // \x00 ends a C string
    line_.words[i] = {text, starts_[i].column};
    if (text.empty() && line_.count == kWordLimit) line_.count = i;
  }
  line_.total = count_;
  // the word that a blank at the line's end began
  if (!blanks_only_split_ && line_.count + 1 == line_.total) line_.total = line_.count;
  if (line_.count > line_.total) line_.count = line_.total;
}

}  // namespace preflight::haproxy
