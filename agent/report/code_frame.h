// SPDX-License-Identifier: Apache-2.0
// The lines around one line of a file of the host, for people who know a file by its neighbourhood.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "agent/report/why.h"
#include "probes/host/host_view.h"

namespace preflight {

/// Reads each file once, however many of its lines are shown.
class CodeFrames {
 public:
  explicit CodeFrames(const HostView& host) : host_(host) {}

  /// The line and its neighbours; `text` alone where the file cannot be read (any more) or has no such line.
  [[nodiscard]] CodeFrame around(const std::string& file, std::uint32_t line, const std::string& text);

 private:
  const HostView& host_;
  std::map<std::string, std::optional<std::string>> contents_;
};

}  // namespace preflight
