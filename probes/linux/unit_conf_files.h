// SPDX-License-Identifier: Apache-2.0
// systemd's drop-in directories: of the files of one name the one in the highest directory counts, and those that count
// apply in the byte order of their names, whatever their directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

struct UnitConfFile {
  std::string path;
  std::string hidden_by{};  // the path of the file of this name in a higher directory, which counts instead
};

/// The "*.conf" of these directories, the highest first, in the order they apply; a hidden one follows the one that
/// hides it. Links to nowhere, empty files and even directories hide others as any file does. A directory that is not
/// there has none; one that cannot be listed is an error, because any file in it might decide.
[[nodiscard]] Result<std::vector<UnitConfFile>> list_conf_files(const HostView& host,
                                                                const std::vector<std::string>& directories);

/// What systemd reads of such a file: nothing of a mask (empty, a link to /dev/null) and of a link to nowhere.
[[nodiscard]] Result<std::string> read_unit_conf_file(const HostView& host, const std::string& path);

/// Whether that error comes from what stands there (a directory, links in a circle) and not from who looks.
[[nodiscard]] bool stops_systemd_too(const Error& error);

/// Whether a unit's file says that there shall be no such unit: it is empty, a device, or leads to /dev/null.
[[nodiscard]] Result<bool> is_mask(const HostView& host, const std::string& path);

}  // namespace preflight
