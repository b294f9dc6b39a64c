// SPDX-License-Identifier: Apache-2.0
// How many descriptors a unit's files will give its service, and which line decides: what the bus tells is what systemd
// has read, the files tell what it will read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/process.h"
#include "probes/linux/unit_content.h"

namespace preflight {

/// What became of a line that sets LimitNOFILE= or DefaultLimitNOFILE=.
enum class LimitFate : std::uint8_t {
  decides,
  overridden,  // a later line is read after it
  hidden,      // its file does not count: another of its name does
  ignored,     // systemd passes it over, with no more than a line in the journal
};

struct LimitLine {
  std::string file;
  std::uint32_t line = 0;
  std::string text;  // "LimitNOFILE=10k"; at most 200 bytes
  LimitFate fate = LimitFate::overridden;
  std::string reason{};        // why it is ignored; of a hidden one, the file that counts instead
  bool for_all_units = false;  // DefaultLimitNOFILE= of the manager
  friend bool operator==(const LimitLine&, const LimitLine&) = default;

  /// "/etc/systemd/system/haproxy.service.d/limits.conf:2"
  [[nodiscard]] std::string place() const;
};

/// What the files give as they are read at one moment, before the kernel and the manager cut it.
struct GivenLimit {
  Limits limits;
  std::vector<LimitLine> lines;          // in the order read
  std::optional<std::size_t> decider{};  // in `lines`; nothing: systemd's own default
  friend bool operator==(const GivenLimit&, const GivenLimit&) = default;

  [[nodiscard]] const LimitLine* deciding() const { return decider ? &lines[*decider] : nullptr; }
};

struct UnitLimit {
  std::string id;  // the unit's own name
  /// After daemon-reload and a restart of the unit.
  GivenLimit reloaded;
  /// After the next boot, when what stood in /run is gone; an error where the unit itself is.
  Result<GivenLimit> at_boot = unread("unit files");
  /// PAMName=, whose session sets limits of its own; empty: none.
  std::string pam_name;
  friend bool operator==(const UnitLimit&, const UnitLimit&) = default;
};

/// ENOENT when no directory has the unit; an error too where it is masked (operation_not_permitted), where systemd
/// would not load it (bad_message), and where a file that may decide cannot be read.
[[nodiscard]] Result<UnitLimit> resolve_unit_limit(const HostView& host, const std::string& unit);

/// From lines that were read already.
[[nodiscard]] GivenLimit given_limit(const UnitLines& manager, const UnitLines& unit);

}  // namespace preflight
