// SPDX-License-Identifier: Apache-2.0
// What every verb that looks at a host begins with: policy first, then the host, each refusal with its exit code.
#pragma once

#include <memory>
#include <variant>

#include "agent/cli/options.h"
#include "agent/exit_codes.h"
#include "policies/policy.h"
#include "probes/host/host_view.h"

namespace preflight::cli {

/// A policy that is in force and a host to judge by it.
struct Session {
  Policy policy;
  std::unique_ptr<HostView> host;
};

/// The session, or the exit code after the reason was told on stderr. The policy is read from this host, whatever host
/// is judged, and before anything of that host is read.
[[nodiscard]] std::variant<Session, int> open_session(const Options& options);

/// Tells an error and returns `exit_code`.
int refuse(const Error& error, int exit_code);

}  // namespace preflight::cli
