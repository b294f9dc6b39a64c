// SPDX-License-Identifier: Apache-2.0
// linux/capability.h in its order: the place in the list is the number.
#include "probes/linux/capability_names.h"

#include <algorithm>
#include <array>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::array<std::string_view, 41> kNames = {"chown",
                                                     "dac_override",
                                                     "dac_read_search",
                                                     "fowner",
                                                     "fsetid",
                                                     "kill",
                                                     "setgid",
                                                     "setuid",
                                                     "setpcap",
                                                     "linux_immutable",
                                                     "net_bind_service",
                                                     "net_broadcast",
                                                     "net_admin",
                                                     "net_raw",
                                                     "ipc_lock",
                                                     "ipc_owner",
                                                     "sys_module",
                                                     "sys_rawio",
                                                     "sys_chroot",
                                                     "sys_ptrace",
                                                     "sys_pacct",
                                                     "sys_admin",
                                                     "sys_boot",
                                                     "sys_nice",
                                                     "sys_resource",
                                                     "sys_time",
                                                     "sys_tty_config",
                                                     "mknod",
                                                     "lease",
                                                     "audit_write",
                                                     "audit_control",
                                                     "setfcap",
                                                     "mac_override",
                                                     "mac_admin",
                                                     "syslog",
                                                     "wake_alarm",
                                                     "block_suspend",
                                                     "audit_read",
                                                     "perfmon",
                                                     "bpf",
                                                     "checkpoint_restore"};

constexpr std::int64_t kLastPossible = 63;  // the sets are 64 bits wide

}  // namespace

std::optional<unsigned> capability_number(std::string_view name) {
  if (const auto number = parse_integer(name); number && *number >= 0 && *number <= kLastPossible)
    return static_cast<unsigned>(*number);
  const std::string folded = lowercase(name);
  if (folded.rfind("cap_", 0) != 0) return std::nullopt;
  const auto* const found = std::find(kNames.begin(), kNames.end(), std::string_view(folded).substr(4));
  if (found == kNames.end()) return std::nullopt;
  return static_cast<unsigned>(found - kNames.begin());
}

std::string capability_name(unsigned number) {
  if (number >= kNames.size()) return std::to_string(number);
  std::string name = "CAP_";
  for (const char c : kNames[number]) name += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
  return name;
}

}  // namespace preflight
