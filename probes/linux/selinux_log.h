// SPDX-License-Identifier: Apache-2.0
// Access vector cache messages, as the audit daemon and the kernel's log write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/host/host_view.h"
#include "probes/linux/selinux.h"

namespace preflight {

/// A denial that a process called haproxy met; nullopt when the line tells of none.
[[nodiscard]] std::optional<SelinuxDenial> parse_denial(std::string_view line);

/// When a line says that a policy was loaded or a boolean set; nullopt when it says no such thing.
[[nodiscard]] std::optional<std::int64_t> parse_policy_change(std::string_view line);

/// From the last megabytes of the audit log; without an audit daemon the kernel writes to its own log: from the
/// journal, else from that log. Those of this boot come with `booted`; where there is no log at all, an error
/// is_missing().
[[nodiscard]] Result<SelinuxLog> read_selinux_log(const HostView& host);

}  // namespace preflight
