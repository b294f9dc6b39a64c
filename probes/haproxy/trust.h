// SPDX-License-Identifier: Apache-2.0
// Whether root may execute or interpret a file: nobody but root can have put it there or can change it.
#pragma once

#include <string>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight::haproxy {

/// The file, every directory above it and every link on the way are root's, and neither group nor others may write
/// there (the sticky bit does not help: what is not there yet can be put there). The path must be absolute and end at a
/// regular file. EPERM names the first component that is wrong. It says nothing of other mount namespaces.
[[nodiscard]] Result<void> trusted_program(const HostView& host, const std::string& path);

/// The same for a configuration: a regular file, or a directory with everything in it.
[[nodiscard]] Result<void> trusted_file(const HostView& host, const std::string& path);

}  // namespace preflight::haproxy
