// SPDX-License-Identifier: Apache-2.0
// What a unit's files say where no systemd runs: in a tree, a chroot, an image (systemd.unit(5)).
#pragma once

#include <string>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/unit_properties.h"

namespace preflight {

/// Fragment, drop-ins in the order they apply, limits (the manager's default where the unit has none), and whether the
/// unit starts at boot. `name` becomes the unit's own where an alias was asked for. ENOENT when no directory has the
/// unit; a drop-in that cannot be read is an error too, because it might change any of this. Load and active state stay
/// empty.
[[nodiscard]] Result<UnitProperties> unit_from_files(const HostView& host, const std::string& name);

}  // namespace preflight
