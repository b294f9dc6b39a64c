// SPDX-License-Identifier: Apache-2.0
// systemd's drop-in directories: of the files of one name the one in the highest directory counts, and those that count
// apply in the byte order of their names, whatever their directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/conf_files.h"

namespace preflight {

/// The "*.conf" of these directories in the order they apply, hidden ones among them; without those whose name begins
/// with a dot, which systemd does not look at.
[[nodiscard]] Result<std::vector<ConfFile>> list_unit_conf_files(const HostView& host,
                                                                 const std::vector<std::string>& directories);

/// What systemd reads of such a file: nothing of a mask (empty, a link to /dev/null) and of a link to nowhere.
[[nodiscard]] Result<std::string> read_unit_conf_file(const HostView& host, const std::string& path);

/// Whether that error comes from what stands there (a directory, links in a circle) and not from who looks.
[[nodiscard]] bool stops_systemd_too(const Error& error);

/// Whether a unit's file says that there shall be no such unit: it is empty, a device, or leads to /dev/null.
[[nodiscard]] Result<bool> is_mask(const HostView& host, const std::string& path);

}  // namespace preflight
