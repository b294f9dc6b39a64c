// SPDX-License-Identifier: Apache-2.0
// Most texts of a report are plain ASCII and are copied; only the others cost a look at each character.
#include "agent/report/json_writer.h"

#include <algorithm>

namespace preflight::json {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;

bool stands_for_itself(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

Writer& Writer::key(std::string_view name) {
  begin_value();
  pending_ += '"';
  pending_ += name;
  pending_ += "\": ";
  named_ = true;
  return *this;
}

void Writer::text(std::string_view value) {
  if (!std::all_of(value.begin(), value.end(), stands_for_itself)) {
    return literal(Json(std::string(value)).dump(-1, ' ', true, Json::error_handler_t::replace));
  }
  begin_value();
  pending_ += '"';
  pending_ += value;
  pending_ += '"';
}

void Writer::optional_number(std::optional<std::int64_t> value) {
  if (!value) return null();
  number(*value);
}

void Writer::optional_text(std::string_view value) {
  if (value.empty()) return null();
  text(value);
}

void Writer::number(std::int64_t value) { literal(std::to_string(value)); }

void Writer::tree(const Json& value) {
  if (value.is_object()) {
    return object([&] {
      for (const auto& [name, member] : value.items()) key(name).tree(member);
    });
  }
  if (value.is_array()) {
    return array([&] {
      for (const auto& element : value) tree(element);
    });
  }
  literal(value.dump(-1, ' ', true, Json::error_handler_t::replace));
}

void Writer::finish() {
  pending_ += '\n';
  sink_(pending_);
  pending_.clear();
}

void Writer::open(char bracket) {
  begin_value();
  pending_ += bracket;
  ++depth_;
  empty_ = true;
}

void Writer::close(char bracket) {
  --depth_;
  if (!empty_) new_line();
  pending_ += bracket;
  empty_ = false;
}

void Writer::literal(std::string_view value) {
  begin_value();
  pending_ += value;
}

/// What stands between the value before and this one.
void Writer::begin_value() {
  if (std::exchange(named_, false) || depth_ == 0) return;
  if (!std::exchange(empty_, false)) pending_ += ',';
  new_line();
}

void Writer::new_line() {
  if (pending_.size() >= kPiece) {
    sink_(pending_);
    pending_.clear();
  }
  pending_ += '\n';
  pending_.append(2 * depth_, ' ');
}

}  // namespace preflight::json
