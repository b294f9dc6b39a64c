// SPDX-License-Identifier: Apache-2.0
// The small files of SELinux, as text: what the next boot is told, and what was customised with semanage(8).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "probes/linux/selinux.h"

namespace preflight {

/// /etc/selinux/config as libselinux reads it: the first SELINUX= and the last SELINUXTYPE= count; "permissive" and
/// "targeted" where there is none.
[[nodiscard]] SelinuxConfig parse_selinux_config(std::string_view text);

/// booleans.local: "name=1", also "on" and "true"; lines that say nothing are passed over.
[[nodiscard]] std::map<std::string, bool, std::less<>> parse_booleans_local(std::string_view text);

/// ports.local: "portcon tcp 8404 system_u:object_r:http_port_t:s0", also "8000-8100".
[[nodiscard]] std::vector<selinux::PortRecord> parse_ports_local(std::string_view text);

/// The type that file_contexts(5) gives a regular file at `path`; empty when no line matches.
[[nodiscard]] std::string label_by_contexts(std::string_view file_contexts, const std::string& path);

}  // namespace preflight
