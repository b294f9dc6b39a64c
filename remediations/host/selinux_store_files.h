// SPDX-License-Identifier: Apache-2.0
// What libsemanage itself cannot mend of its store's files, and what it does not make last.
#pragma once

#include <chrono>
#include <string>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "remediations/selinux_state.h"

namespace preflight::selinux {

/// Waits until nobody is at work in the store. Then the store of before is moved back where there is none, and what a
/// commit that was cut off has left below /etc/selinux is removed. device_or_resource_busy where it takes longer.
[[nodiscard]] Result<void> mend_files(const std::string& root, const SelinuxPaths& paths, const HostView& view,
                                      std::chrono::seconds patience);

/// Every name that a commit gives.
[[nodiscard]] Result<void> make_durable(const std::string& root, const SelinuxPaths& paths);

}  // namespace preflight::selinux
