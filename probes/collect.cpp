// SPDX-License-Identifier: Apache-2.0
// systemd starts a haproxy that cannot bind again and again. What was read of such a process may be half of it; where
// that happens twice, what its unit would start is looked at instead.
#include "probes/collect.h"

#include <set>
#include <string>
#include <utility>

#include "probes/collect_once.h"
#include "probes/haproxy/instances.h"

namespace preflight {

Result<Facts> collect(const HostView& host, const CollectRequest& request) {
  constexpr int kAttempts = 3;
  std::set<std::string> as_stopped;
  for (int attempt = 1;; ++attempt) {
    auto facts = collect_once(host, request, as_stopped);
    if (!facts || attempt == kAttempts) return facts;
    auto gone = haproxy::names_of_gone(host, facts->instances);
    if (gone.empty()) return facts;
    if (attempt > 1) as_stopped = std::move(gone);
  }
}

}  // namespace preflight
