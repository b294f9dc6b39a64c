// SPDX-License-Identifier: Apache-2.0
// Writes a JSON document while it is being told. A report names every server of the configuration, some hundred
// thousand on a large one: as a tree in memory it takes a gigabyte, told piece by piece a buffer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/report/json_parts.h"

namespace preflight::json {

/// Takes the bytes of a document, piece by piece.
using Sink = std::function<void(std::string_view)>;

/// The same bytes as `bytes()` of the same tree: two spaces a level, ASCII only, invalid UTF-8 replaced.
class Writer {
 public:
  explicit Writer(Sink sink) : sink_(std::move(sink)) {}

  /// The name of the next value of an object; ours, so it needs no escapes.
  Writer& key(std::string_view name);

  template <typename F>
  void object(F&& members) {
    open('{');
    std::forward<F>(members)();
    close('}');
  }
  template <typename F>
  void array(F&& elements) {
    open('[');
    std::forward<F>(elements)();
    close(']');
  }
  void text(std::string_view value);
  /// Null when it is empty.
  void optional_text(std::string_view value);
  void number(std::int64_t value);
  /// Null where there is none.
  void optional_number(std::optional<std::int64_t> value);
  void boolean(bool value) { literal(value ? "true" : "false"); }
  void null() { literal("null"); }
  /// A part that exists as a tree.
  void tree(const Json& value);

  /// Ends the document with a line end and hands over what is left of it.
  void finish();

 private:
  void open(char bracket);
  void close(char bracket);
  void literal(std::string_view value);
  void begin_value();
  void new_line();

  Sink sink_;
  std::string pending_;
  std::size_t depth_ = 0;
  bool empty_ = true;  // the innermost array or object, so far
  bool named_ = false;
};

}  // namespace preflight::json
