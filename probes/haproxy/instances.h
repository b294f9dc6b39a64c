// SPDX-License-Identifier: Apache-2.0
// Which haproxy services this host has: running masters with their workers, else the unit, else the configuration
// alone.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/haproxy/binary.h"
#include "probes/haproxy/command_line.h"
#include "probes/haproxy/config.h"
#include "probes/haproxy/file_facts.h"
#include "probes/host/host_view.h"
#include "probes/linux/control_group.h"
#include "probes/linux/process.h"
#include "probes/linux/unit_limit.h"
#include "probes/linux/unit_properties.h"

namespace preflight::haproxy {

enum class Role : std::uint8_t { standalone, master, worker, old_worker };

struct InstanceProcess {
  Role role = Role::standalone;
  ProcessFacts process;
};

/// How we came to judge this configuration (design section 6, "which configuration").
enum class ConfigSource : std::uint8_t { named, running, unit, standard_path, assumed };

/// Where the unit's properties came from: the running systemd, or its files on disk.
enum class UnitSource : std::uint8_t { systemd, files };

/// haproxy's own verdict on its configuration: `haproxy -c`.
struct Verdict {
  int status = 0;
  std::string command;
  std::vector<std::string> messages;  // what it printed, one entry a line
};

/// One haproxy service: its unit's name, else its first configuration path; never a pid.
struct InstanceFacts {
  std::string name;
  ConfigSource source = ConfigSource::standard_path;
  CommandLine command_line;
  std::vector<InstanceProcess> processes;  // empty: not running
  Result<UnitProperties> unit = fail(std::errc::no_such_file_or_directory, "unit", "none");
  std::optional<UnitSource> unit_source{};
  /// What the unit's files make of its limit of descriptors, whatever systemd has read of them.
  Result<UnitLimit> unit_limit = unread("unit files");
  Result<BinaryFacts> binary = unread("haproxy");
  Result<Config> config = unread("configuration");
  Result<Verdict> verdict = unread("haproxy -c");
  /// What the control groups around it allow, or will when it is started.
  GroupBound memory_limit = unread("memory limit");  // bytes
  GroupBound cpu_quota = unread("CPU quota");        // microseconds of CPU time a second
  Result<FileFacts> files = unread("files");         // what its configuration names
  Netns netns;                                       // where its sockets live
  /// The instance as it runs, where a named configuration is to replace its own.
  std::shared_ptr<InstanceFacts> replaces{};

  [[nodiscard]] bool running() const { return !processes.empty(); }
  /// The process that was started first and raises limits: the master, else the standalone process.
  [[nodiscard]] const ProcessFacts* head() const;
  /// The processes that take connections now (workers, or the standalone one).
  [[nodiscard]] std::vector<const ProcessFacts*> workers() const;
  [[nodiscard]] std::vector<const ProcessFacts*> old_workers() const;
};

/// Whether a process's unit is a service that is its own: a scope ("session-3.scope") or a user's own manager
/// ("user@1000.service") only says where somebody's shell ran.
[[nodiscard]] bool is_service_of_its_own(std::string_view unit);

/// The running instances, by name: processes whose comm begins with "haproxy" and whose command line names a
/// configuration and is not a check (-c). Name, command line, processes and namespace are filled in. Nothing is
/// executed, and nothing here says that the program is really haproxy: see trust.h before executing it. What could not
/// be looked at is added to `blind_spots`; a process that ended meanwhile is not.
[[nodiscard]] std::vector<InstanceFacts> find_running(const HostView& host, std::vector<Error>& blind_spots);

/// The names of those that were found running and have gone away since.
[[nodiscard]] std::set<std::string> names_of_gone(const HostView& host, const std::vector<InstanceFacts>& instances);

}  // namespace preflight::haproxy
