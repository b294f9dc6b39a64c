// SPDX-License-Identifier: Apache-2.0
// What it takes to make the file of a unix socket: write to its directory, replace what stands there, give it away.
#pragma once

#include "probes/facts.h"

namespace preflight {

/// Whether haproxy's starter may write to the directory: by its mode, or with CAP_DAC_OVERRIDE.
[[nodiscard]] Result<bool> may_write(const PathStatus& directory, const haproxy::InstanceFacts& instance,
                                     const Facts& facts);

/// Whether it may replace what stands in the socket's place.
[[nodiscard]] Result<bool> may_replace(const FileStatus& there, const FileStatus& directory,
                                       const haproxy::InstanceFacts& instance, const Facts& facts);

/// Whether it may give the socket to the user and the group that are written, with the mode that is.
[[nodiscard]] Result<bool> may_give_away(const haproxy::Bind& socket, const haproxy::InstanceFacts& instance,
                                         const Facts& facts);

}  // namespace preflight
