// SPDX-License-Identifier: Apache-2.0
// A file as bytes, mode, owner and attributes, read from and written to an open descriptor.
#pragma once

#include <string>

#include "probes/base/result.h"
#include "remediations/change.h"

namespace preflight {

/// The attribute that holds a file's SELinux label.
inline constexpr const char* kLabelAttribute = "security.selinux";

/// `path` is for the words of an error only.
[[nodiscard]] Result<FileImage> read_image(int descriptor, const std::string& path);

/// Makes the empty file of a descriptor what the image says, and durable. An attribute that the file system cannot hold
/// is an error: an undo would lose it.
[[nodiscard]] Result<void> write_image(int descriptor, const FileImage& image, const std::string& path);

}  // namespace preflight
