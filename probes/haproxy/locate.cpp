// SPDX-License-Identifier: Apache-2.0
// Running masters tell their own command line; a stopped service's is in its unit, EnvironmentFile included (EL9 adds
// /etc/haproxy/conf.d there, Debian sets CONFIG in /etc/default/haproxy).
#include "probes/haproxy/locate.h"

#include <algorithm>
#include <array>

#include "probes/linux/environment_file.h"
#include "probes/linux/unit_files.h"
#include "probes/linux/unit_name.h"

namespace preflight::haproxy {
namespace {

constexpr const char* kUnit = "haproxy.service";
constexpr const char* kStandardPath = "/etc/haproxy/haproxy.cfg";
constexpr std::array kPrograms = {"/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/usr/bin/haproxy"};

/// The running systemd answers for its units; where there is none, as in a tree, the unit's files do.
void ask_unit(const HostView& host, const std::string& name, InstanceFacts& instance) {
  instance.unit = host.unit(name);
  instance.unit_source = UnitSource::systemd;
  if (instance.unit || (host.kind() == HostKind::live && host.status("/run/systemd/system"))) return;
  instance.unit = unit_from_files(host, name);
  instance.unit_source = UnitSource::files;
}

/// A file that the unit insists on and that cannot be read makes systemd refuse to start it, or hides from us what it
/// says: it is added to `blind_spots`.
Environment unit_environment(const HostView& host, const UnitProperties& unit, std::vector<Error>& blind_spots) {
  Environment environment;
  for (const auto& entry : unit.environment) {
    const auto equals = entry.find('=');
    if (equals != std::string::npos) environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  for (const auto& file : unit.environment_files) {
    const auto content = host.read(file.path);
    if (!content && !(file.optional && content.error().code == std::errc::no_such_file_or_directory)) {
      blind_spots.push_back(content.error());
    }
    if (!content) continue;
    for (auto& [name, value] : parse_environment_file(*content)) environment[name] = value;
  }
  return environment;
}

bool installed(const Result<UnitProperties>& unit) { return unit && !unit->exec_start.empty(); }

/// The unit's own command line, else the packaged path.
InstanceFacts stopped_instance(const HostView& host, const std::string& unit, std::vector<Error>& blind_spots) {
  InstanceFacts instance;
  instance.name = unit;
  ask_unit(host, unit, instance);
  if (installed(instance.unit)) {
    const auto environment = unit_environment(host, *instance.unit, blind_spots);
    const auto expanded = expand_exec(instance.unit->exec_start, environment);
    instance.command_line = parse_command_line({expanded.begin() + 1, expanded.end()});
    instance.source = ConfigSource::unit;
    if (!instance.command_line.configs.empty()) return instance;
  }
  instance.name = installed(instance.unit) ? unit : kStandardPath;
  instance.source = ConfigSource::standard_path;
  instance.command_line.configs = {kStandardPath};
  return instance;
}

std::string names_of(const std::vector<InstanceFacts>& instances) {
  std::string names;
  for (const auto& instance : instances) names += (names.empty() ? "" : ", ") + instance.name;
  return names;
}

/// One of those that were found, or a unit of that name that does not run.
Result<std::vector<InstanceFacts>> named(const HostView& host, std::vector<InstanceFacts> instances,
                                         const std::string& name, std::vector<Error>& blind_spots) {
  auto found = std::find_if(instances.begin(), instances.end(), [&](const auto& i) { return i.name == name; });
  if (found == instances.end() && unit_name_kind(name)) {
    if (auto stopped = stopped_instance(host, name, blind_spots); stopped.name == name) {
      found = instances.insert(instances.end(), std::move(stopped));
    }
  }
  if (found == instances.end()) {
    return fail(std::errc::invalid_argument, "--instance " + name, "no such instance; there is " + names_of(instances));
  }
  std::vector<InstanceFacts> one;
  one.push_back(std::move(*found));
  return one;
}

/// A path named by the user starts at our own working directory; made absolute, root may trust or distrust it.
std::string from_here(const HostView& host, const std::string& path) {
  if (path.empty() || path.front() == '/' || host.kind() != HostKind::live) return path;
  const auto here = host.link("/proc/self/cwd");
  return here ? *here + (*here == "/" ? "" : "/") + path : path;
}

/// The instance that a named configuration is meant for, with all else that its command line says: the files it names
/// are found where -C leads.
Result<std::vector<InstanceFacts>> as_candidate(const HostView& host, std::vector<InstanceFacts> instances,
                                                const Wanted& wanted) {
  if (instances.size() != 1) {
    return fail(std::errc::invalid_argument, "--config",
                "several instances run (" + names_of(instances) + "): name the one it is meant for with --instance");
  }
  if (instances.front().running()) instances.front().replaces = std::make_shared<InstanceFacts>(instances.front());
  auto& line = instances.front().command_line;
  line.configs.clear();
  for (const auto& path : wanted.configs) line.configs.push_back(from_here(host, path));
  instances.front().source = ConfigSource::named;
  if (!instances.front().running() && !installed(instances.front().unit)) instances.front().name = line.configs.front();
  return instances;
}

}  // namespace

Result<std::vector<InstanceFacts>> locate_instances(const HostView& host, const Wanted& wanted,
                                                    std::vector<Error>& blind_spots) {
  std::vector<InstanceFacts> instances;
  if (host.kind() == HostKind::live) instances = find_running(host, blind_spots);
  for (auto& instance : instances) {
    const auto& unit = instance.head()->unit;
    instance.source = ConfigSource::running;
    if (unit && is_service_of_its_own(*unit)) ask_unit(host, *unit, instance);
    if (instance.unit && wanted.as_stopped.contains(instance.name)) {
      instance = stopped_instance(host, std::string(instance.unit->name), blind_spots);
    }
  }
  // Of one that somebody started by hand nothing is left.
  std::erase_if(instances, [&](const auto& one) { return one.running() && wanted.as_stopped.contains(one.name); });
  if (instances.empty()) instances.push_back(stopped_instance(host, kUnit, blind_spots));
  if (!wanted.instance.empty()) {
    auto one = named(host, std::move(instances), wanted.instance, blind_spots);
    if (!one) return one;
    instances = std::move(*one);
  }
  if (wanted.configs.empty()) return instances;
  return as_candidate(host, std::move(instances), wanted);
}

Environment environment_of(const HostView& host, const InstanceFacts& instance) {
  if (const auto* head = instance.head(); head != nullptr && head->environment) return *head->environment;
  std::vector<Error> told_before;  // by locate_instances
  return instance.unit ? unit_environment(host, *instance.unit, told_before) : Environment{};
}

std::string absolute_path(const std::string& path, const InstanceFacts& instance) {
  if (instance.source == ConfigSource::named || path.empty() || path.front() == '/') return path;
  const auto* head = instance.head();
  std::string directory = instance.command_line.directory;
  if (directory.empty() || directory.front() != '/') {
    const std::string start = head != nullptr ? head->working_directory.value_or("/") : "/";
    directory = start + "/" + directory;
  }
  return directory + (directory.back() == '/' ? "" : "/") + path;
}

std::string config_root_of(const HostView& host, const InstanceFacts& instance) {
  return instance.source == ConfigSource::named ? std::string() : root_of(host, instance);
}

std::string root_of(const HostView& host, const InstanceFacts& instance) {
  const auto* head = instance.head();
  if (head == nullptr || !head->mount_namespace) return {};
  const auto ours = host.link("/proc/self/ns/mnt");
  if (!ours || *ours == *head->mount_namespace) return {};
  return "/proc/" + std::to_string(head->pid) + "/root";
}

Result<std::string> program_of(const HostView& host, const InstanceFacts& instance) {
  if (const auto* head = instance.head(); head != nullptr) return head->executable;
  if (installed(instance.unit)) return instance.unit->exec_start.front();
  return packaged_program(host);
}

Result<std::string> packaged_program(const HostView& host) {
  for (const char* path : kPrograms) {
    if (host.status(path)) return std::string(path);
  }
  return fail(std::errc::no_such_file_or_directory, "haproxy", "not installed");
}

}  // namespace preflight::haproxy
