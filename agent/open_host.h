// SPDX-License-Identifier: Apache-2.0
// Which host a run looks at: this one, a tree of files (--root), or a recorded bundle (--from).
#pragma once

#include <memory>

#include "agent/cli/options.h"
#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// The host the options name. An unreadable tree or bundle is an error (exit code 2).
[[nodiscard]] Result<std::unique_ptr<HostView>> open_host(const cli::Options& options);

}  // namespace preflight
