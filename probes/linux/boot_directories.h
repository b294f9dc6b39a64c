// SPDX-License-Identifier: Apache-2.0
// /run is empty after every boot; what belongs there is made by systemd-tmpfiles, as the files of tmpfiles.d say.
#pragma once

#include <set>
#include <string>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// The directories that lines of tmpfiles.d(5) make; without those whose path holds a specifier. An error where a file
/// there cannot be read.
[[nodiscard]] Result<std::set<std::string>> boot_directories(const HostView& host);

}  // namespace preflight
