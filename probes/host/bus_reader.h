// SPDX-License-Identifier: Apache-2.0
// Reads a D-Bus message in its order: sd-bus keeps a place in the message, and a value of another type is an error.
#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "probes/host/libsystemd.h"

namespace preflight::systemd {

/// Reads the values of one message. An error stays, so that a reading is checked once at its end.
class BusReader {
 public:
  BusReader(const Library& library, sd_bus_message* message) : library_(library), message_(message) {}

  [[nodiscard]] int error() const { return error_; }

  std::string text() { return words('s'); }
  std::string object_path() { return words('o'); }
  bool boolean() {
    int value = 0;
    basic('b', &value);
    return value != 0;
  }
  std::uint32_t number32() {
    std::uint32_t value = 0;
    basic('u', &value);
    return value;
  }
  std::uint64_t number64() {
    std::uint64_t value = 0;
    basic('t', &value);
    return value;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> values;
    each('a', "s", [&] { values.push_back(text()); });
    return values;
  }

  /// Calls `element` for each element of the array we stand before.
  void each(char kind, const char* contents, const std::function<void()>& element) {
    if (!enter(kind, contents)) return;
    while (more()) element();
    leave();
  }
  /// Calls `body` inside the one container we stand before.
  void inside(char kind, const char* contents, const std::function<void()>& body) {
    if (!enter(kind, contents)) return;
    body();
    leave();
  }
  void skip(const char* types) {
    if (error_ >= 0) note(library_.sd_bus_message_skip(message_, types));
  }

 private:
  void note(int result) {
    if (result < 0) error_ = result;
  }
  /// Past the end of a message is an error too: a value is there or the reading fails.
  void require(int result) { note(result == 0 ? -EBADMSG : result); }
  void basic(char type, void* value) {
    if (error_ >= 0) require(library_.sd_bus_message_read_basic(message_, type, value));
  }
  std::string words(char type) {
    const char* value = nullptr;
    basic(type, &value);
    return value == nullptr ? std::string() : std::string(value);
  }
  bool enter(char kind, const char* contents) {
    if (error_ >= 0) require(library_.sd_bus_message_enter_container(message_, kind, contents));
    return error_ >= 0;
  }
  bool more() {
    if (error_ < 0) return false;
    const int result = library_.sd_bus_message_peek_type(message_, nullptr, nullptr);
    note(result);
    return result > 0;
  }
  void leave() {
    if (error_ >= 0) note(library_.sd_bus_message_exit_container(message_));
  }

  const Library& library_;
  sd_bus_message* message_;
  int error_ = 0;
};

}  // namespace preflight::systemd
