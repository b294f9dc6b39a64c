// SPDX-License-Identifier: Apache-2.0
// Where a value of the configuration was written: every number shown to a person can be traced to file, line and
// column.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

namespace preflight::haproxy {

/// A place in a configuration file; line 0 means "not written anywhere" (a default of haproxy's own).
struct Origin {
  std::shared_ptr<const std::string> file{};
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1, in bytes

  [[nodiscard]] bool written() const { return line != 0; }
  /// "/etc/haproxy/haproxy.cfg:31:3", or "default" when not written.
  [[nodiscard]] std::string text() const;
};

/// A value with the place it was written.
template <typename T>
struct Sourced {
  T value{};
  Origin origin{};
};

}  // namespace preflight::haproxy
