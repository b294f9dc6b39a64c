// SPDX-License-Identifier: Apache-2.0
// Paths inside a tree that is not ours: resolved as chroot(2) would, so no link of an image can lead out of it.
#pragma once

#include <string>

#include "probes/base/result.h"
#include "probes/host/descriptor.h"

namespace preflight {

/// Whether a link at the very end of the path is followed too.
enum class LastLink : std::uint8_t { followed, kept };

/// Opens what `path` names with `root` as "/", for looking only (O_PATH): absolute links start at `root` and ".." stops
/// there. By openat2(2), and by walk_in_root() where the kernel (before 5.6), a seccomp filter or valgrind refuses it.
[[nodiscard]] Result<Descriptor> open_in_root(const Descriptor& root, const std::string& path, LastLink last);

/// The same in steps of one component, without openat2(2).
[[nodiscard]] Result<Descriptor> walk_in_root(const Descriptor& root, const std::string& path, LastLink last);

/// readlink(2) of a link opened with LastLink::kept; EINVAL when it is none.
[[nodiscard]] Result<std::string> link_target(const Descriptor& link, const std::string& path);

}  // namespace preflight
