// SPDX-License-Identifier: Apache-2.0
// Who else writes kernel settings after the boot loader has: a change that such an owner undoes is no cure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/sysctl_boot.h"

namespace preflight {

/// What an owner does with its value: writes it whatever is there, or only where less (or more) is there.
enum class WriteRule : std::uint8_t { sets, raises, lowers };

/// One setting of one owner that will be written after sysctl.d was loaded.
struct SysctlWriter {
  std::string owner;       // "tuned", "ufw", "rc.local", ...
  std::string file;        // where it is told to
  std::uint32_t line = 0;  // 0: not by a line of its own
  std::string key;         // dotted, as in "net.core.somaxconn"
  std::string value;       // empty: not known before it runs
  WriteRule rule = WriteRule::sets;
  friend bool operator==(const SysctlWriter&, const SysctlWriter&) = default;
};

using SysctlKeys = std::set<std::string, std::less<>>;

/// Those of `keys` that an owner found on this host will write, in the order owners come at boot as far as it is
/// known. `boot` says what an owner writes that loads all of sysctl.d once more. An error where an owner is there and
/// what it writes cannot be read.
[[nodiscard]] Result<std::vector<SysctlWriter>> read_sysctl_writers(const HostView& host, const SysctlKeys& keys,
                                                                    const Result<SysctlBoot>& boot);

/// What a key holds once the owners have written.
struct WrittenValue {
  std::optional<std::string> value{};         // nothing: not known, or as the kernel made it
  const SysctlWriter* last_writer = nullptr;  // of those that change anything; in the list given
};

/// `value` is what the boot loader leaves: nothing where it leaves the kernel's own, which is not known here.
[[nodiscard]] WrittenValue written_after(const std::vector<SysctlWriter>& writers, std::string_view key,
                                         const std::optional<std::string>& value);

/// The tool that says of itself in a file that it writes line `line` (from 1): "Ansible", "Chef", "Puppet", "Salt",
/// "cloud-init", ... by a mark around the line, or one at the head of the file. Empty: nobody says so.
[[nodiscard]] std::string managed_by(std::string_view content, std::uint32_t line);

/// The same by the name that a tool gives its files: "99-chef-net.core.somaxconn.conf", "99-salt.conf". Such a file
/// holds no mark.
[[nodiscard]] std::string managed_by_name(std::string_view path);

}  // namespace preflight
