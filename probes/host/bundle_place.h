// SPDX-License-Identifier: Apache-2.0
// Reading JSON from somebody else's host: a value knows the way to it, so that the first wrong one can be named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "probes/base/base64.h"
#include "probes/host/host_view.h"

namespace preflight::bundle {

using Json = nlohmann::json;

/// Why the text must not be parsed at all, for its depth or the number of its values; empty when it may.
[[nodiscard]] std::string excess(std::string_view text);

/// The first wrong place; everything after it is not looked at closely any more.
struct Complaint {
  bool made = false;
  std::string place;
  std::string reason;

  [[nodiscard]] std::string text() const { return (place.empty() ? "it" : place) + " " + reason; }
};

/// A value of the document and the way to it, written out only when it is wrong.
class Place {
 public:
  Place(const Json& json, Complaint& complaint) : json_(&json), complaint_(&complaint) {}

  void wrong(std::string reason) const {
    if (complaint_->made) return;
    *complaint_ = {true, pointer(), std::move(reason)};
  }
  [[nodiscard]] const Json& json() const { return *json_; }
  [[nodiscard]] bool has(const char* key) const { return json_->is_object() && json_->contains(key); }

  /// A member that must be there; null in its place otherwise.
  [[nodiscard]] Place operator[](const char* key) const {
    static const Json kNothing;
    if (!json_->is_object()) wrong("is not an object");
    const bool found = has(key);
    if (!found && json_->is_object()) wrong(std::string("has no \"") + key + "\"");
    return {found ? (*json_)[key] : kNothing, this, key, 0};
  }

  template <typename F>
  void each(F&& item) const {
    if (!json_->is_array()) return wrong("is not an array");
    for (std::size_t i = 0; i < json_->size() && !complaint_->made; ++i) item(Place((*json_)[i], this, nullptr, i));
  }

 private:
  Place(const Json& json, const Place* parent, const char* key, std::size_t index)
      : json_(&json), complaint_(parent->complaint_), parent_(parent), key_(key), index_(index) {}

  [[nodiscard]] std::string pointer() const {
    if (parent_ == nullptr) return "";
    return parent_->pointer() + "/" + (key_ != nullptr ? key_ : std::to_string(index_));
  }

  const Json* json_;
  Complaint* complaint_;
  const Place* parent_ = nullptr;
  const char* key_ = nullptr;
  std::size_t index_ = 0;
};

inline void read(const Place& at, bool& out) {
  if (!at.json().is_boolean()) return at.wrong("is not true or false");
  out = at.json().get<bool>();
}

template <typename T>
requires std::is_integral_v<T>
void read(const Place& at, T& out) {
  const auto& json = at.json();
  const bool fits = json.is_number_unsigned()
                        ? json.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())
                        : json.is_number_integer() && std::is_signed_v<T> &&
                              json.get<std::int64_t>() >= static_cast<std::int64_t>(std::numeric_limits<T>::min());
  if (!fits) return at.wrong("is not a whole number of its range");
  out = json.get<T>();
}

inline void read(const Place& at, std::string& out) {
  if (at.json().is_string()) {
    out = at.json().get_ref<const std::string&>();
    return;
  }
  const auto encoded = at["base64"];
  if (!encoded.json().is_string()) return encoded.wrong("is not a text");
  auto bytes = parse_base64(encoded.json().get_ref<const std::string&>());
  if (!bytes) return encoded.wrong("is not base64");
  out = std::move(*bytes);
}

/// One word of a closed set.
template <typename Words, typename Enum>
void read(const Place& at, const Words& words, Enum& out) {
  std::string text;
  read(at, text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<void>(out = static_cast<Enum>(i));
  }
  at.wrong("is not one of the words allowed here");
}

template <typename T>
void read(const Place& at, std::vector<T>& out) {
  if (at.json().is_array()) out.reserve(at.json().size());
  at.each([&](const Place& item) { read(item, out.emplace_back()); });
}

void read(const Place& at, IpAddress& out);
void read(const Place& at, SocketEntry& out);
void read(const Place& at, SocketOwner& out);
void read(const Place& at, UnitProperties& out);

}  // namespace preflight::bundle
