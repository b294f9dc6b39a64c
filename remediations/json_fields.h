// SPDX-License-Identifier: Apache-2.0
// Reads a JSON document that we wrote: every field is there and of its type, or the document is not ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "probes/base/result.h"

namespace preflight {

/// Fields of one object. The first field that is missing or of another type is remembered, so that a whole document is
/// read first and checked once at the end; until then such a field reads as empty.
class JsonFields {
 public:
  using Json = nlohmann::ordered_json;

  /// Both must outlive it; `wrong` is shared by all objects of a document, and holds the first complaint.
  JsonFields(const Json& object, std::string place, std::string& wrong)
      : object_(object), place_(std::move(place)), wrong_(wrong) {
    if (!object_.is_object()) complain("", "an object");
  }

  [[nodiscard]] std::string text(std::string_view name) const {
    const auto* const value = find(name);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
    return complain(name, "a text"), std::string();
  }
  [[nodiscard]] std::int64_t number(std::string_view name) const {
    const auto* const value = find(name);
    if (value != nullptr && value->is_number_integer()) return value->get<std::int64_t>();
    return complain(name, "a number"), 0;
  }
  /// An unsigned number of 32 bits.
  [[nodiscard]] std::uint32_t small_number(std::string_view name) const {
    const auto value = number(name);
    if (value >= 0 && value <= std::int64_t{UINT32_MAX}) return static_cast<std::uint32_t>(value);
    return complain(name, "a number of 32 bits"), 0;
  }
  [[nodiscard]] bool boolean(std::string_view name) const {
    const auto* const value = find(name);
    if (value != nullptr && value->is_boolean()) return value->get<bool>();
    return complain(name, "true or false"), false;
  }
  [[nodiscard]] bool is_null(std::string_view name) const {
    const auto* const value = find(name);
    return value == nullptr ? (complain(name, "a value"), true) : value->is_null();
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> list;
    for (const auto& value : elements(name)) {
      if (!value.is_string()) return complain(name, "a list of texts"), list;
      list.push_back(value.get<std::string>());
    }
    return list;
  }
  template <typename F>
  void object(std::string_view name, F&& body) const {
    static const Json kNone = Json::object();
    const auto* const value = find(name);
    if (value == nullptr || !value->is_object()) complain(name, "an object");
    body(JsonFields(value == nullptr ? kNone : *value, below(name), wrong_));
  }
  template <typename F>
  void each(std::string_view name, F&& body) const {
    std::size_t index = 0;
    for (const auto& value : elements(name)) body(JsonFields(value, below(name) + std::to_string(index++), wrong_));
  }
  /// Of an object whose names are values too.
  template <typename F>
  void each_text(std::string_view name, F&& body) const {
    const auto* const value = find(name);
    if (value == nullptr || !value->is_object()) return complain(name, "an object");
    for (const auto& entry : value->items()) {
      const Json& text = entry.value();
      if (!text.is_string()) return complain(name, "texts by name");
      body(entry.key(), text.get<std::string>());
    }
  }
  void complain(std::string_view name, std::string_view wanted) const {
    if (wrong_.empty()) wrong_ = below(name) + " is not " + std::string(wanted);
  }

 private:
  [[nodiscard]] std::string below(std::string_view name) const { return place_ + "/" + std::string(name); }
  [[nodiscard]] const Json* find(std::string_view name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  [[nodiscard]] const Json& elements(std::string_view name) const {
    static const Json kNone = Json::array();
    const auto* const value = find(name);
    if (value != nullptr && value->is_array()) return *value;
    return complain(name, "a list"), kNone;
  }

  const Json& object_;
  std::string place_;
  std::string& wrong_;
};

}  // namespace preflight
