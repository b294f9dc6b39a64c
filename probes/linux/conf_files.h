// SPDX-License-Identifier: Apache-2.0
// The scheme of all of systemd's ".d" directories: of files with one name the first directory's counts, and what counts
// applies in the order of names, whatever the directory.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// A file as it stands. A mask (empty, or a link to /dev/null) has no content; a link to nowhere is ENOENT, and hides
/// others of its name all the same.
struct ConfFile {
  std::string path;         // "/etc/sysctl.d/99-sysctl.conf"
  std::string hidden_by{};  // the path of the file of this name in a higher directory, which counts instead
  Result<std::string> content = unread("");

  /// "99-sysctl.conf"
  [[nodiscard]] std::string_view name() const;
};

/// A link to nowhere, or in a circle: what reads it finds nothing, and goes on.
[[nodiscard]] bool is_dangling(const ConfFile& file);

/// The directories of `kind` ("sysctl.d"), highest first; /lib only where it is not /usr/lib.
[[nodiscard]] std::vector<std::string> conf_directories(const HostView& host, std::string_view kind);

/// Every ".conf" of these directories by name in byte order, not read yet; of one name the one that counts comes first.
/// An error where a directory cannot be listed: any file in it might decide.
[[nodiscard]] Result<std::vector<ConfFile>> list_conf_files(const HostView& host,
                                                            std::span<const std::string> directories);

/// The file's content, a mask being empty; an error for what is neither a file nor a mask.
[[nodiscard]] Result<std::string> read_conf_file(const HostView& host, const std::string& path);

/// The same, each read as far as it can be.
[[nodiscard]] Result<std::vector<ConfFile>> read_conf_files(const HostView& host,
                                                            std::span<const std::string> directories);

}  // namespace preflight
