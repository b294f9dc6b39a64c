// SPDX-License-Identifier: Apache-2.0
// Bounded reads of a live file system: a FIFO, a device or an endless file must not stop a scan or start a watchdog.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// The content of a regular file, links followed. Anything else is refused before it is opened for reading; more than
/// `limit` bytes is file_too_large. Costs open, read and close for a sysctl and for /proc/PID/comm, fstat and a read
/// more for other files of /proc and /sys, and two calls more elsewhere.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t limit);

/// The names in a directory without "." and "..", in byte order; more than a million is an error.
[[nodiscard]] Result<std::vector<std::string>> list_directory(const std::string& path);

/// Those of them that are symbolic links.
[[nodiscard]] Result<std::vector<std::string>> list_links_of_directory(const std::string& path);

/// stat(2).
[[nodiscard]] Result<FileStatus> file_status(const std::string& path);

/// The label that the file system keeps, links followed: security.selinux of xattr(7), without the NUL at its end.
[[nodiscard]] Result<std::string> file_label(const std::string& path);

/// The last `limit` bytes of a regular file; read_file's care applies.
[[nodiscard]] Result<std::string> read_end_of_file(const std::string& path, std::size_t limit);

/// readlink(2).
[[nodiscard]] Result<std::string> read_link(const std::string& path);

}  // namespace preflight
