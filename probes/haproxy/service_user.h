// SPDX-License-Identifier: Apache-2.0
// Who starts haproxy and who it becomes: the first opens every file that the configuration names, the second does the
// work (set_identity in src/haproxy.c).
#pragma once

#include "probes/base/result.h"
#include "probes/haproxy/instances.h"
#include "probes/host/host_view.h"
#include "probes/linux/paths.h"

namespace preflight::haproxy {

/// Whether the unit starts its process as root: no User=, or root by name or number.
[[nodiscard]] bool starts_as_root(const UnitProperties& unit);

/// Whether the running instance seems to have been started by root: it is somebody else, as its `user` says, and its
/// bounding set holds the CAP_SETUID that this takes. `user root` changes nothing.
[[nodiscard]] bool dropped_root(const InstanceFacts& instance);

/// Root, the User= of the unit, or whoever started it by hand. The configuration must have been read.
[[nodiscard]] Result<Account> starter_of(const HostView& host, const InstanceFacts& instance);

/// The user of the workers: of those that run, else what `user` and `group` say, else the starter.
[[nodiscard]] Result<Account> worker_of(const HostView& host, const InstanceFacts& instance,
                                        const Result<Account>& starter);

}  // namespace preflight::haproxy
