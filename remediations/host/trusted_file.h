// SPDX-License-Identifier: Apache-2.0
// A file whose word root acts upon.
#pragma once

#include <string>

#include "probes/base/result.h"
#include "remediations/host/safe_directory.h"

namespace preflight {

/// Its content. Refused (operation_not_permitted) where others than root and we own it or may write it or a directory
/// above it, and where a symbolic link leads to it. A relative path begins where we were started.
[[nodiscard]] Result<std::string> read_trusted_file(const std::string& path);

/// The same of a file in a directory that is held open.
[[nodiscard]] Result<std::string> read_trusted_file(const SafeDirectory& directory, const std::string& name);

}  // namespace preflight
