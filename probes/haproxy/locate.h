// SPDX-License-Identifier: Apache-2.0
// Which configurations are judged, and as what: a named file, the running instances, the unit's command line, or the
// packaged path, in that order. A named file still takes limits and namespace from the instance it would replace.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/haproxy/instances.h"
#include "probes/haproxy/read_config.h"
#include "probes/host/host_view.h"

namespace preflight::haproxy {

/// What the command line named.
struct Wanted {
  std::vector<std::string> configs;    // --config; empty: find out
  std::string instance;                // --instance; empty: all
  std::set<std::string> as_stopped{};  // names of those that run, and are to be looked at as if they did not
};

/// The instances to judge, without binary, configuration and verdict; never empty. Several running instances and a
/// named configuration need `instance`; a name that does not exist is an error that lists those that do. What could not
/// be looked at goes to `blind_spots`.
[[nodiscard]] Result<std::vector<InstanceFacts>> locate_instances(const HostView& host, const Wanted& wanted,
                                                                  std::vector<Error>& blind_spots);

/// The environment in which the instance's configuration is (or would be) read: of the running head process, else the
/// unit's Environment= and EnvironmentFile=.
[[nodiscard]] Environment environment_of(const HostView& host, const InstanceFacts& instance);

/// The path of the program: /proc/PID/exe of the head process, else the unit's ExecStart, else where packages put it.
[[nodiscard]] Result<std::string> program_of(const HostView& host, const InstanceFacts& instance);

/// Where packages put it.
[[nodiscard]] Result<std::string> packaged_program(const HostView& host);

/// A path of the instance's command line as it must be opened: relative ones start at -C, else at its working
/// directory; a path named by --config is left as the user wrote it.
[[nodiscard]] std::string absolute_path(const std::string& path, const InstanceFacts& instance);

/// What to put before a path to see the instance's own files: "/proc/PID/root" where it lives in another mount
/// namespace, else nothing.
[[nodiscard]] std::string root_of(const HostView& host, const InstanceFacts& instance);

/// The same for its configuration: one that the user named is a file of ours, wherever the instance lives.
[[nodiscard]] std::string config_root_of(const HostView& host, const InstanceFacts& instance);

}  // namespace preflight::haproxy
