// SPDX-License-Identifier: Apache-2.0
// Counters that prove a problem, per network namespace (/proc/net/netstat, /proc/net/sockstat, conntrack). They count
// since the namespace was made: one value proves only "ever", two samples prove "now".
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// Named counters, read by name: columns differ between kernels.
struct Counters {
  std::map<std::string, std::int64_t, std::less<>> values;
  [[nodiscard]] Result<std::int64_t> get(std::string_view name) const;
};

/// TcpExt of /proc/net/netstat: ListenOverflows, ListenDrops, TCPTimeWaitOverflow, ...
[[nodiscard]] Result<Counters> read_netstat(const HostView& host, Netns netns);
/// /proc/net/sockstat as "TCP.inuse", "TCP.tw", ...
[[nodiscard]] Result<Counters> read_sockstat(const HostView& host, Netns netns);
/// The sum over CPUs of /proc/net/stat/nf_conntrack: "drop", "early_drop", "insert_failed".
[[nodiscard]] Result<Counters> read_conntrack(const HostView& host, Netns netns);

}  // namespace preflight
