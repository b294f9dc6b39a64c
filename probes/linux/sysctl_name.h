// SPDX-License-Identifier: Apache-2.0
// The two names of a kernel setting: its key, with dots, and its path below /proc/sys. A dot inside a name (an
// interface "eth0.200") is a slash in the key (sysctl.d(5)).
#pragma once

#include <string>
#include <string_view>

namespace preflight {

/// "net/ipv4/conf/eth0.200/rp_filter" as "net.ipv4.conf.eth0/200.rp_filter", and back.
[[nodiscard]] std::string swap_separators(std::string_view name);

/// A path below /proc/sys for a key in any spelling a person may use: "net.core.somaxconn", "net/core/somaxconn" or
/// "/proc/sys/net/core/somaxconn"; the first separator says which. Empty names and "." are dropped.
[[nodiscard]] std::string sysctl_path(std::string_view key);

/// Whatever its spelling, a key with dots.
[[nodiscard]] std::string sysctl_key(std::string_view key);

/// As systemd simplifies a path: without empty names and ".", and without a slash before it.
[[nodiscard]] std::string simplified(std::string_view path);

/// A key with slashes for separators, if its first separator is a dot.
[[nodiscard]] std::string slashed(std::string_view key);

}  // namespace preflight
