// SPDX-License-Identifier: Apache-2.0
// The only program a scan executes is haproxy itself: -vv for what it is, -c for its own verdict. Both are started
// first and collected last, with a deadline, and only where executing them as this user is safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/haproxy/environment.h"
#include "probes/haproxy/instances.h"
#include "probes/host/host_view.h"

namespace preflight::haproxy {

/// A run of haproxy under way; an error stays one until it is collected.
using PendingRun = Result<std::unique_ptr<PendingCommand>>;

/// `-vv` of a program, begun before it is known which program the instances run.
struct EarlyRun {
  std::string path;
  PendingRun run = unread("haproxy -vv");
};

/// Begins with the packaged program: its -vv takes longer than everything that is read meanwhile, and nearly always it
/// is the one.
[[nodiscard]] EarlyRun start_early(const HostView& host);

/// Starts `PATH -vv`, or takes it over from `early`. Refused for a program in another mount namespace, or that others
/// may have written.
[[nodiscard]] PendingRun start_version(const HostView& host, const InstanceFacts& instance, const std::string& path,
                                       EarlyRun& early);
[[nodiscard]] Result<BinaryFacts> finish_version(PendingRun pending, const std::string& path);

/// Starts `PATH -c` with the instance's own files. It loads Lua and resolves names: as root only where the
/// configuration and its directories are root's alone, else as the instance's own user, else refused.
struct PendingVerdict {
  PendingRun run = unread("haproxy -c");
  std::string command;
  std::uint32_t uid = 0;      // the user it is run as
  bool in_our_stead = false;  // we are root, and another user runs it for us
};
/// `variables` are those the configuration names.
[[nodiscard]] PendingVerdict start_verdict(const HostView& host, const InstanceFacts& instance, const std::string& path,
                                           std::uint32_t euid, const Environment& variables = {});
/// What it said. EACCES where it refused and that user may not read what root reads (certificates, the configuration
/// itself): always of one who ran it in our stead, of ourselves where its words allow it.
[[nodiscard]] Result<Verdict> finish_verdict(PendingVerdict pending);

}  // namespace preflight::haproxy
